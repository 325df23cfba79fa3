package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;

/** The doors under /wss4j: verifying and signing with the library directly, one message or many a call. */
final class Wss4jRoutes {
    private final PeerConfig config;
    private final Wss4jVerifier verifier;
    private final Wss4jSigner signer;

    Wss4jRoutes(PeerConfig config) {
        this.config = config;
        this.verifier = new Wss4jVerifier(config.keys());
        this.signer = new Wss4jSigner(config.keys());
    }

    void addTo(PeerServer server) {
        server.add("POST", "/wss4j/verify", this::verify);
        server.add("POST", "/wss4j/verify-batch", this::verifyBatch);
        server.add("POST", "/wss4j/sign", this::sign);
        server.add("POST", "/wss4j/sign-batch", this::signBatch);
    }

    private HttpAnswer verify(HttpExchange exchange) throws IOException {
        String given = exchange.getRequestHeaders().getFirst("X-Content-Type");
        String contentType = given == null ? exchange.getRequestHeaders().getFirst("Content-Type") : given;
        if (contentType == null) {
            throw new BadRequest("no content type given");
        }
        byte[] message = exchange.getRequestBody().readAllBytes();
        return HttpAnswer.json(200, verifier.verify(contentType, message, strict(exchange)));
    }

    private HttpAnswer verifyBatch(HttpExchange exchange) throws IOException {
        List<Framing.Frame> frames = Framing.read(exchange.getRequestBody());
        boolean strict = strict(exchange);
        IJsonArray verdicts = new JsonArray();
        frames.parallelStream()
                .map(frame -> verifier.verify(frame.contentType(), frame.message(), strict))
                .toList()
                .forEach(verdicts::add);
        return HttpAnswer.json(200, verdicts);
    }

    private static boolean strict(HttpExchange exchange) {
        return !"bsp=off".equals(exchange.getRequestURI().getQuery());
    }

    private HttpAnswer sign(HttpExchange exchange) throws Exception {
        IJsonObject json = JsonFields.parseObject(exchange.getRequestBody().readAllBytes());
        Framing.Frame frame = signer.sign(SigningOptions.read(json, new JsonObject(), config));
        return HttpAnswer.bytes(200, frame.contentType(), frame.message());
    }

    private HttpAnswer signBatch(HttpExchange exchange) throws Exception {
        IJsonObject json = JsonFields.parseObject(exchange.getRequestBody().readAllBytes());
        IJsonObject given = JsonFields.object(json, "defaults");
        IJsonObject defaults = given == null ? new JsonObject() : given;
        List<Framing.Frame> frames =
                JsonFields.objects(json, "messages").parallelStream().map(item -> signOne(item, defaults)).toList();
        return HttpAnswer.bytes(200, Framing.CONTENT_TYPE, Framing.write(frames));
    }

    /** A message that cannot be signed becomes a frame that says why; the others are not lost. */
    private Framing.Frame signOne(IJsonObject item, IJsonObject defaults) {
        try {
            return signer.sign(SigningOptions.read(item, defaults, config));
        } catch (Exception e) {
            IJsonObject problem = PeerServer.problem(e.getClass().getSimpleName() + ": " + ReplyReader.causes(e));
            return new Framing.Frame("application/problem+json", HttpAnswer.utf8(problem));
        }
    }
}
