package quoin.interop.phase4;

import com.helger.json.IJson;
import com.helger.json.IJsonObject;
import com.helger.json.serialize.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A peer in a process of its own, as the self-check drives it. */
final class PeerProcess implements AutoCloseable {
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final int port;

    private PeerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static PeerProcess start(Path config) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process =
                new ProcessBuilder(
                                java.toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "--port",
                                "0",
                                "--config",
                                config.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null || !line.startsWith("READY ")) {
            process.destroy();
            throw new IOException("the peer did not start: " + line);
        }
        IJsonObject ready = JsonFields.parseObject(line.substring(6).getBytes(StandardCharsets.UTF_8));
        return new PeerProcess(process, Integer.parseInt(JsonFields.require(ready, "port")));
    }

    String as4Url() {
        return "http://127.0.0.1:" + port + "/as4";
    }

    IJsonObject post(String path, IJsonObject body) throws Exception {
        byte[] answer = exchange(path, "application/json", HttpAnswer.utf8(body)).body();
        return JsonFields.parseObject(answer);
    }

    IJson get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(path)).build();
        return JsonReader.readFromString(http.send(request, BodyHandlers.ofString()).body());
    }

    HttpResponse<byte[]> exchange(String path, String contentType, byte[] body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", contentType)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build();
        return http.send(request, BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Closes the peer's standard input, which ends it. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
