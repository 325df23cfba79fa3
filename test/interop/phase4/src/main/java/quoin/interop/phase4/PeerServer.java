package quoin.interop.phase4;

import com.helger.json.IJson;
import com.helger.json.IJsonObject;
import com.helger.json.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP doors of the peer, on the server that comes with Java: phase4's handler needs no servlet container. */
final class PeerServer {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);

    /** Answers one request; the match holds the groups of the route's pattern. */
    private interface Handler {
        HttpAnswer handle(HttpExchange exchange, MatchResult match) throws Exception;
    }

    private record Route(String method, Pattern path, Handler handler) {}

    private final HttpServer server;
    private final List<Route> routes = new ArrayList<>();

    private PeerServer(HttpServer server) {
        this.server = server;
    }

    static PeerServer start(Peer peer, int port) throws IOException {
        // Without this every small answer on a kept-alive connection waits for a delayed TCP acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        PeerServer server = new PeerServer(http);
        server.addRoutes(peer);
        http.createContext("/", server::dispatch);
        http.setExecutor(
                Executors.newCachedThreadPool(
                        task -> {
                            Thread thread = new Thread(task, "http");
                            thread.setDaemon(true);
                            return thread;
                        }));
        http.start();
        return server;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void addRoutes(Peer peer) {
        MshEndpoint msh = new MshEndpoint(peer);
        MessageSender sender = new MessageSender(peer);
        Inbox inbox = peer.inbox();
        add("POST", "/as4", (exchange, match) -> msh.handle(exchange));
        add("GET", "/health", (exchange, match) -> HttpAnswer.json(200, health(peer)));
        add("GET", "/received", (exchange, match) -> HttpAnswer.json(200, inbox.describe()));
        add("DELETE", "/received", (exchange, match) -> clear(inbox));
        add("GET", "/received/(\\d+)/parts/(\\d+)", (exchange, match) -> part(inbox, match));
        add("POST", "/send", (exchange, match) -> send(sender, peer, json(exchange)));
        add("POST", "/ping", (exchange, match) -> send(sender, peer, ping(json(exchange))));
        LoadRun load = new LoadRun(sender, peer.config());
        add("POST", "/load", (exchange, match) -> HttpAnswer.json(200, load.run(json(exchange))));
        new Wss4jRoutes(peer.config()).addTo(this);
    }

    void add(String method, String path, ExchangeHandler handler) {
        add(method, path, (exchange, match) -> handler.handle(exchange));
    }

    /** A handler that needs nothing from the path. */
    interface ExchangeHandler {
        HttpAnswer handle(HttpExchange exchange) throws Exception;
    }

    private void add(String method, String path, Handler handler) {
        routes.add(new Route(method, Pattern.compile(path), handler));
    }

    private void dispatch(HttpExchange exchange) throws IOException {
        HttpAnswer answer;
        try {
            answer = route(exchange);
        } catch (BadRequest e) {
            answer = HttpAnswer.json(400, problem(ReplyReader.causes(e)));
        } catch (Exception e) {
            LOG.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            answer = HttpAnswer.json(500, problem(e.getClass().getSimpleName() + ": " + ReplyReader.causes(e)));
        }
        try (exchange) {
            answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            int length = answer.body().length;
            exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
            if (length > 0) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private HttpAnswer route(HttpExchange exchange) throws Exception {
        String path = exchange.getRequestURI().getPath();
        boolean pathKnown = false;
        for (Route route : routes) {
            Matcher matcher = route.path().matcher(path);
            if (matcher.matches()) {
                pathKnown = true;
                if (route.method().equals(exchange.getRequestMethod())) {
                    return route.handler().handle(exchange, matcher.toMatchResult());
                }
            }
        }
        return HttpAnswer.json(pathKnown ? 405 : 404, problem("no such door"));
    }

    private static IJsonObject json(HttpExchange exchange) throws IOException {
        return JsonFields.parseObject(exchange.getRequestBody().readAllBytes());
    }

    private static HttpAnswer send(MessageSender sender, Peer peer, IJsonObject request) throws Exception {
        return HttpAnswer.json(200, sender.send(SendRequest.read(request, peer.config())));
    }

    /** The test service (ebMS3 5.2.2.8); anything else of the request may be set as for /send. */
    private static IJsonObject ping(IJsonObject request) {
        IJsonObject ping = request.getClone();
        ping.add("service", Ebms.TEST_SERVICE);
        ping.add("action", Ebms.TEST_ACTION);
        ping.removeKey("serviceType");
        return ping;
    }

    private static IJson health(Peer peer) {
        IJsonObject json = new JsonObject();
        json.add("ok", true);
        json.add("partyId", peer.config().self().partyId());
        json.add("received", peer.inbox().size());
        json.add("pings", peer.pings());
        return json;
    }

    private static HttpAnswer clear(Inbox inbox) throws IOException {
        inbox.clear();
        return HttpAnswer.empty(204);
    }

    private static HttpAnswer part(Inbox inbox, MatchResult match) throws IOException {
        Path file = inbox.part(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
        if (file == null) {
            return HttpAnswer.json(404, problem("no such part"));
        }
        return HttpAnswer.bytes(200, "application/octet-stream", Files.readAllBytes(file));
    }

    static IJsonObject problem(String text) {
        IJsonObject json = new JsonObject();
        json.add("error", text);
        return json;
    }
}
