package quoin.interop.phase4;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the peer: {@code --port P --config peer.json [--no-stdin]}. */
public final class Main {
    /** Warns about every streamed digest, where there is nothing to warn about. Held here, or its level is lost. */
    private static final Logger NOISE = Logger.getLogger("org.apache.jcp.xml.dsig.internal.dom.DOMReference");

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        int port = 0;
        Path configFile = null;
        boolean watchStdin = true;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--port" -> port = Integer.parseInt(value(arguments, ++i));
                case "--config" -> configFile = Path.of(value(arguments, ++i));
                case "--no-stdin" -> watchStdin = false;
                default -> usage("unknown option " + arguments[i]);
            }
        }
        if (configFile == null) {
            usage("--config is missing");
        }
        NOISE.setLevel(Level.SEVERE);
        Path dataFolder = Files.createTempDirectory("phase4-peer-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(dataFolder)));
        Peer peer = Peer.start(PeerConfig.read(configFile), dataFolder);
        PeerServer server = PeerServer.start(peer, port);
        System.out.println("READY {\"port\":" + server.port() + "}");
        System.out.flush();
        if (watchStdin) {
            awaitEndOfInput();
            System.exit(0);
        }
    }

    private static String value(String[] arguments, int index) {
        if (index >= arguments.length) {
            usage(arguments[index - 1] + " needs a value");
        }
        return arguments[index];
    }

    private static void usage(String problem) {
        System.err.println(problem);
        System.err.println("usage: java -jar phase4-peer.jar --port P --config peer.json [--no-stdin]");
        System.exit(2);
    }

    private static void awaitEndOfInput() throws IOException {
        byte[] ignored = new byte[256];
        while (System.in.read(ignored) >= 0) {
            // Only the end of the input means something.
        }
    }

    private static void deleteTree(Path folder) {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                            Files.deleteIfExists(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            System.err.println("cannot delete " + folder + ": " + e.getMessage());
        }
    }
}
