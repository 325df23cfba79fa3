package quoin.interop.phase4;

import com.helger.json.IJsonObject;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import quoin.interop.phase4.PeerConfig.Partner;
import quoin.interop.phase4.PeerConfig.Party;

/** The body of POST /send, completed with defaults. Relative paths are taken from the working folder. */
record SendRequest(
        String url,
        Party from,
        Party to,
        String service,
        String serviceType,
        String action,
        String agreementRef,
        String conversationId,
        String messageId,
        String refToMessageId,
        List<Property> properties,
        List<Payload> payloads,
        boolean sign,
        boolean encrypt,
        KeyReference signKeyReference,
        KeyReference encryptKeyReference,
        KeyMaterial signWith,
        X509Certificate encryptFor,
        List<X509Certificate> expectedSigners,
        WireTamper tamper,
        Path saveWireTo,
        boolean returnWire) {

    /** A message property; the type may be null. */
    record Property(String name, String type, String value) {}

    /** One payload: either its bytes or a file. */
    record Payload(
            String contentId,
            String mimeType,
            Charset charset,
            boolean compress,
            byte[] bytes,
            Path file,
            List<Property> properties) {}

    private static final Path HERE = Path.of("");

    static SendRequest read(IJsonObject json, PeerConfig config) throws Exception {
        String target = JsonFields.require(json, "to");
        boolean isUrl = target.startsWith("http://") || target.startsWith("https://");
        Partner partner = isUrl ? partnerAt(config, target) : config.partner(target);
        if (partner == null) {
            throw new BadRequest("no partner '" + target + "' in peer.json");
        }
        String url = JsonFields.text(json, "url", isUrl ? target : partner.url());
        if (url == null) {
            throw new BadRequest("no url for partner '" + target + "'");
        }
        Party from = party(JsonFields.object(json, "from"), config.self());
        Party to = party(JsonFields.object(json, "toParty"), partner.party());
        String reference = JsonFields.text(json, "keyReference", "BST_DIRECT_REFERENCE");
        boolean pkiPath = JsonFields.flag(json, "pkiPath", false);
        IJsonObject otherKey = JsonFields.object(json, "signCertificate");
        String otherRecipient = JsonFields.text(json, "encryptFor");
        String saveTo = JsonFields.text(json, "saveWireTo");
        return new SendRequest(
                url,
                from,
                to,
                JsonFields.require(json, "service"),
                JsonFields.text(json, "serviceType"),
                JsonFields.require(json, "action"),
                JsonFields.text(json, "agreementRef"),
                JsonFields.text(json, "conversationId", UUID.randomUUID().toString()),
                JsonFields.text(json, "messageId", UUID.randomUUID() + "@phase4"),
                JsonFields.text(json, "refToMessageId"),
                json.containsKey("properties") ? properties(json) : fourCorners(from, to),
                payloads(json),
                JsonFields.flag(json, "sign", true),
                JsonFields.flag(json, "encrypt", true),
                KeyReference.of(JsonFields.text(json, "signKeyReference", reference)).withPkiPath(pkiPath),
                KeyReference.of(JsonFields.text(json, "encryptKeyReference", reference)),
                otherKey == null ? config.keys() : config.keys().withKey(HERE, otherKey),
                otherRecipient == null
                        ? partner.certificates().get(0)
                        : PemCertificates.read(Path.of(otherRecipient)).get(0),
                partner.certificates(),
                WireTamper.of(JsonFields.text(json, "tamper", "none")),
                saveTo == null ? null : Path.of(saveTo),
                JsonFields.flag(json, "wire", false));
    }

    private static Partner partnerAt(PeerConfig config, String url) {
        return config.partners().stream()
                .filter(partner -> Objects.equals(partner.url(), url))
                .findFirst()
                .orElse(config.partners().size() == 1 ? config.partners().get(0) : null);
    }

    private static Party party(IJsonObject override, Party otherwise) {
        if (override == null) {
            return otherwise;
        }
        return new Party(
                JsonFields.text(override, "partyId", otherwise.partyId()),
                override.containsKey("partyType")
                        ? JsonFields.text(override, "partyType")
                        : otherwise.partyType(),
                JsonFields.text(override, "role", otherwise.role()));
    }

    private static List<Property> fourCorners(Party from, Party to) {
        return List.of(
                new Property(Ebms.ORIGINAL_SENDER, from.partyType(), from.partyId()),
                new Property(Ebms.FINAL_RECIPIENT, to.partyType(), to.partyId()));
    }

    private static List<Property> properties(IJsonObject json) {
        List<Property> found = new ArrayList<>();
        for (IJsonObject entry : JsonFields.objects(json, "properties")) {
            found.add(
                    new Property(
                            JsonFields.require(entry, "name"),
                            JsonFields.text(entry, "type"),
                            JsonFields.require(entry, "value")));
        }
        return found;
    }

    private static List<Payload> payloads(IJsonObject json) {
        List<Payload> found = new ArrayList<>();
        for (IJsonObject entry : JsonFields.objects(json, "payloads")) {
            String base64 = JsonFields.text(entry, "base64");
            String path = JsonFields.text(entry, "path");
            if ((base64 == null) == (path == null)) {
                throw new BadRequest("a payload needs either 'base64' or 'path'");
            }
            String charset = JsonFields.text(entry, "charset");
            found.add(
                    new Payload(
                            JsonFields.text(entry, "contentId", UUID.randomUUID() + "@phase4"),
                            JsonFields.text(entry, "mimeType", "application/octet-stream"),
                            charset == null ? null : Charset.forName(charset),
                            JsonFields.flag(entry, "compress", false),
                            base64 == null ? null : Base64.getDecoder().decode(base64),
                            path == null ? null : Path.of(path),
                            properties(entry)));
        }
        return found;
    }
}
