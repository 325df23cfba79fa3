package quoin.interop.phase4;

import com.helger.json.IJson;
import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Two peers against each other: the baseline before either is used to judge another product. Exit code 0 or 1. */
public final class SelfCheck {
    private static final String PARTY_TYPE = "urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots";
    private static final byte[] XML =
            ("<?xml version=\"1.0\"?>\n<!-- c --><q:Otázka xmlns:q=\"urn:q\" b='2' a=\"1\">\r\n žluťoučký 日本語 🎉"
                            + " <![CDATA[<&>]]> &#13;</q:Otázka>\n")
                    .getBytes(StandardCharsets.UTF_8);

    private final List<String> failures = new ArrayList<>();
    private final Path folder;
    private int checks;

    private SelfCheck(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("phase4-self-check-");
        SelfCheck check = new SelfCheck(folder);
        try {
            check.run();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
        System.out.println(check.checks + " checks, " + check.failures.size() + " failed");
        System.exit(check.failures.isEmpty() ? 0 : 1);
    }

    private void run() throws Exception {
        TestPki ca = new TestPki(folder, "ca");
        for (String name : List.of("ap_a", "ap_b", "ap_c")) {
            ca.issueLeaf(name);
        }
        new TestPki(folder, "other_ca").issueLeaf("ap_x");
        try (PeerProcess a = PeerProcess.start(config("a", "b"));
                PeerProcess b = PeerProcess.start(config("b", "a"))) {
            payloads(a, b);
            keyReferences(a, b);
            exchanges(a, b);
            refusals(a, b);
            libraries(a, b);
        }
    }

    private Path config(String self, String other) throws Exception {
        String text =
                """
                {"partyId":"AP_%s","partyType":"%s","keyStore":{"path":"ap_%s.p12","password":"%s"},
                 "partners":[{"partyId":"AP_%s","partyType":"%s","certificate":"ap_%s.pem"}],"trust":["ca.pem"]}
                """
                        .formatted(
                                self, PARTY_TYPE, self, TestPki.PASSWORD, other, PARTY_TYPE, other);
        return Files.writeString(folder.resolve("peer_" + self + ".json"), text);
    }

    private void payloads(PeerProcess a, PeerProcess b) throws Exception {
        byte[] random = new byte[300_000];
        new Random(1).nextBytes(random);
        Path big = folder.resolve("big.bin");
        byte[] bytes = new byte[20 * 1024 * 1024];
        new Random(2).nextBytes(bytes);
        Files.write(big, bytes);

        accepted("compressed XML", a, b, request -> add(request, "application/xml", true, XML));
        accepted("uncompressed x-ebrs+xml", a, b, request -> add(request, "application/x-ebrs+xml", false, XML));
        accepted("uncompressed text", a, b, request -> add(request, "text/plain", false, "a\nb\r\nc".getBytes()));
        accepted("an empty part", a, b, request -> add(request, "application/octet-stream", false, new byte[0]));
        accepted("an empty compressed part", a, b, request -> add(request, "text/xml", true, new byte[0]));
        accepted("no part", a, b, request -> {});
        accepted(
                "five parts",
                a,
                b,
                request -> {
                    add(request, "application/x-ebrs+xml", false, XML);
                    add(request, "application/pdf", true, random);
                    add(request, "image/png", false, random);
                    add(request, "text/xml", true, XML);
                    add(request, "application/json", false, "{}".getBytes());
                });
        for (boolean compress : List.of(false, true)) {
            accepted(
                    "20 MiB, compressed: " + compress,
                    a,
                    b,
                    request -> {
                        IJsonObject payload = new JsonObject().add("path", big.toString());
                        payload.add("mimeType", "application/pdf").add("compress", compress);
                        request.getAsArray("payloads").add(payload);
                        request.add("expectSha256", new JsonArray().add(Digests.sha256Hex(bytes)));
                    });
        }
        IJsonObject ping = a.post("/ping", new JsonObject().add("to", "AP_b").add("url", b.as4Url()));
        check("ping", outcome(ping), "verified receipt");
    }

    private void keyReferences(PeerProcess a, PeerProcess b) throws Exception {
        List<String> both =
                List.of(
                        "BST_DIRECT_REFERENCE",
                        "ISSUER_SERIAL",
                        "ISSUER_SERIAL_QUOTE_FORMAT",
                        "X509_KEY_IDENTIFIER",
                        "SUBJECT_KEY_IDENTIFIER",
                        "THUMBPRINT");
        for (String reference : both) {
            accepted("signed with " + reference, a, b, xmlWith("signKeyReference", reference));
            accepted("encrypted with " + reference, a, b, xmlWith("encryptKeyReference", reference));
        }
        accepted("signed with PKIPATH", a, b, xmlWith("signKeyReference", "PKIPATH"));
        accepted(
                "encrypted with ENCRYPTED_KEY_SHA1_IDENTIFIER",
                a,
                b,
                xmlWith("encryptKeyReference", "ENCRYPTED_KEY_SHA1_IDENTIFIER"));
    }

    private void exchanges(PeerProcess a, PeerProcess b) throws Exception {
        String messageId = UUID.randomUUID().toString();
        accepted("a first copy", a, b, xmlWith("messageId", messageId));
        refused("a duplicate", "EBMS:0004", a, b, xmlWith("messageId", messageId));
        check("the count of duplicates", JsonFields.text(last(b), "duplicates"), "1");
        IJsonObject reply = base("AP_a", a);
        add(reply, "text/xml", true, XML);
        reply.add("refToMessageId", messageId).add("action", "ExecuteQueryResponse");
        check("the second leg of a two-way exchange", outcome(b.post("/send", reply)), "verified receipt");
        check("its RefToMessageId", JsonFields.text(last(a), "refToMessageId"), messageId);
    }

    private void refusals(PeerProcess a, PeerProcess b) throws Exception {
        refused("a signer nobody trusts", "EBMS:0102", a, b, signedBy("ap_x"));
        refused("a trusted signer that is another party", "EBMS:0101", a, b, signedBy("ap_c"));
        refused(
                "encrypted for another party",
                "EBMS:0102",
                a,
                b,
                xmlWith("encryptFor", folder.resolve("ap_c.pem").toString()));
        for (String part : List.of("payload", "messaging", "signature")) {
            refused("a changed " + part, "EBMS:0102", a, b, xmlWith("tamper", part));
        }
        refused("an unsigned message", "EBMS:0103", a, b, xmlWith("sign", false));
        refused("an unencrypted message", "EBMS:0103", a, b, xmlWith("encrypt", false));
        refused("an unknown action", "EBMS:0010", a, b, xmlWith("action", "Unknown"));
        refused("an unknown service type", "EBMS:0010", a, b, xmlWith("serviceType", "urn:unknown"));
        refused("an unknown sender", "EBMS:0010", a, b, xmlWith("from", new JsonObject().add("partyId", "AP_q")));
        refused("no four-corner properties", "EBMS:0010", a, b, xmlWith("properties", new JsonArray()));
    }

    /** Messages signed by WSS4J alone verify on the other side; a changed byte of the header does not. */
    private void libraries(PeerProcess a, PeerProcess b) throws Exception {
        IJsonArray messages = new JsonArray();
        for (int i = 0; i < 200; i++) {
            IJsonObject message = new JsonObject().add("envelope", AwkwardEnvelope.text(i));
            message.add("encrypt", i % 2 == 0).add("addInclusivePrefixes", i % 3 != 0);
            message.add("layout", i % 5 == 0 ? "dom" : "splice");
            IJsonObject part = new JsonObject().add("contentId", "part@wss4j").add("mimeType", "text/xml");
            part.add("base64", Base64.getEncoder().encodeToString(XML));
            messages.add(message.add("parts", new JsonArray().add(part)));
        }
        IJsonObject batch = new JsonObject().add("messages", messages);
        byte[] framed = a.exchange("/wss4j/sign-batch", "application/json", HttpAnswer.utf8(batch)).body();
        List<Framing.Frame> frames = Framing.read(new ByteArrayInputStream(framed));
        check("messages signed", String.valueOf(frames.size()), "200");
        check("messages verified", String.valueOf(verified(b, frames)), "200");
        List<Framing.Frame> changed = new ArrayList<>();
        for (Framing.Frame frame : frames) {
            byte[] bytes = Arrays.copyOf(frame.message(), frame.message().length);
            WireTamper.MESSAGING.apply(frame.contentType(), bytes);
            changed.add(new Framing.Frame(frame.contentType(), bytes));
        }
        check("changed messages verified", String.valueOf(verified(b, changed)), "0");
        Framing.Frame one = frames.get(0);
        String answer = new String(b.exchange("/as4", one.contentType(), one.message()).body(), StandardCharsets.UTF_8);
        check("a WSS4J message at the MSH", answer.contains(":Receipt>") ? "receipt" : answer, "receipt");
    }

    private static long verified(PeerProcess peer, List<Framing.Frame> frames) throws Exception {
        byte[] answer = peer.exchange("/wss4j/verify-batch", Framing.CONTENT_TYPE, Framing.write(frames)).body();
        String text = "{\"verdicts\":" + new String(answer, StandardCharsets.UTF_8) + "}";
        return JsonFields.objects(JsonFields.parseObject(text.getBytes(StandardCharsets.UTF_8)), "verdicts").stream()
                .filter(verdict -> JsonFields.flag(verdict, "ok", false))
                .count();
    }

    private void accepted(String name, PeerProcess from, PeerProcess to, Consumer<IJsonObject> change)
            throws Exception {
        IJsonObject request = base("AP_b", to);
        change.accept(request);
        IJson expected = request.removeKeyAndReturnValue("expectSha256");
        check(name, outcome(from.post("/send", request)), "verified receipt");
        IJsonArray digests = new JsonArray();
        for (IJsonObject part : JsonFields.objects(last(to), "parts")) {
            digests.add(JsonFields.text(part, "sha256"));
        }
        String wanted = expected == null ? "[]" : expected.getAsJsonString();
        check(name + ": the payloads", digests.getAsJsonString(), wanted);
    }

    private void refused(
            String name, String code, PeerProcess from, PeerProcess to, Consumer<IJsonObject> change)
            throws Exception {
        IJsonObject request = base("AP_b", to);
        change.accept(request);
        request.removeKey("expectSha256");
        int before = to.get("/received").getAsArray().size();
        check(name, outcome(from.post("/send", request)), code);
        check(name + ": nothing kept", String.valueOf(to.get("/received").getAsArray().size()), "" + before);
    }

    private static IJsonObject base(String to, PeerProcess peer) {
        IJsonObject request = new JsonObject().add("to", to).add("url", peer.as4Url());
        request.add("service", "QueryManager").add("action", "ExecuteQueryRequest");
        request.add("serviceType", "urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0");
        return request.add("payloads", new JsonArray());
    }

    private static Consumer<IJsonObject> xmlWith(String name, Object value) {
        return request -> {
            add(request, "application/xml", true, XML);
            request.add(name, value);
        };
    }

    private Consumer<IJsonObject> signedBy(String name) {
        IJsonObject key = new JsonObject().add("path", folder.resolve(name + ".p12").toString());
        return xmlWith("signCertificate", key.add("password", TestPki.PASSWORD));
    }

    private static void add(IJsonObject request, String mimeType, boolean compress, byte[] bytes) {
        IJsonObject payload = new JsonObject().add("mimeType", mimeType).add("compress", compress);
        payload.add("base64", Base64.getEncoder().encodeToString(bytes));
        request.getAsArray("payloads").add(payload);
        if (!request.containsKey("expectSha256")) {
            request.add("expectSha256", new JsonArray());
        }
        request.getAsArray("expectSha256").add(Digests.sha256Hex(bytes));
    }

    private static IJsonObject last(PeerProcess peer) throws Exception {
        IJsonArray all = peer.get("/received").getAsArray();
        return all.getObjectAtIndex(all.size() - 1);
    }

    /** "verified receipt", an error code, or what else came. */
    private static String outcome(IJsonObject answer) {
        List<IJsonObject> errors = JsonFields.objects(answer, "errors");
        if (!errors.isEmpty()) {
            return JsonFields.text(errors.get(0), "code");
        }
        boolean verified = JsonFields.flag(answer, "receiptVerified", false);
        return verified ? "verified receipt" : answer.getAsJsonString();
    }

    private void check(String name, String actual, String expected) {
        checks++;
        boolean holds = expected.equals(actual);
        System.out.println((holds ? "ok   " : "FAIL ") + name + (holds ? "" : ": " + actual));
        if (!holds) {
            failures.add(name);
        }
    }
}
