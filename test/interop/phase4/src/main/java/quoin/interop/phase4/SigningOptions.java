package quoin.interop.phase4;

import com.helger.json.IJsonObject;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import quoin.interop.phase4.PeerConfig.Partner;

/** The JSON of one message that POST /wss4j/sign is to secure. */
record SigningOptions(
        String envelope,
        List<Part> parts,
        boolean encrypt,
        X509Certificate encryptFor,
        KeyReference signKeyReference,
        KeyReference encryptKeyReference,
        boolean addInclusivePrefixes,
        Layout layout) {

    /** A payload before security. */
    record Part(String contentId, String mimeType, byte[] bytes) {}

    /** How the secured envelope is written. */
    enum Layout {
        /** The envelope's own text, byte for byte, with the Security header put in. */
        SPLICE,
        /** The whole document written anew, in canonical form. */
        DOM,
        /** SPLICE where it is possible, otherwise DOM. */
        AUTO
    }

    static SigningOptions read(IJsonObject json, IJsonObject defaults, PeerConfig config) throws Exception {
        IJsonObject all = defaults.getClone();
        json.forEach(entry -> all.add(entry.getKey(), entry.getValue()));
        List<Part> parts = new ArrayList<>();
        for (IJsonObject part : JsonFields.objects(all, "parts")) {
            parts.add(
                    new Part(
                            JsonFields.require(part, "contentId"),
                            JsonFields.text(part, "mimeType", "application/octet-stream"),
                            Base64.getDecoder().decode(JsonFields.require(part, "base64"))));
        }
        boolean encrypt = JsonFields.flag(all, "encrypt", false);
        String reference = JsonFields.text(all, "keyReference", "BST_DIRECT_REFERENCE");
        boolean pkiPath = JsonFields.flag(all, "pkiPath", false);
        return new SigningOptions(
                JsonFields.require(all, "envelope"),
                parts,
                encrypt,
                encrypt ? recipient(JsonFields.text(all, "encryptFor"), config) : null,
                KeyReference.of(JsonFields.text(all, "signKeyReference", reference)).withPkiPath(pkiPath),
                KeyReference.of(JsonFields.text(all, "encryptKeyReference", reference)),
                JsonFields.flag(all, "addInclusivePrefixes", true),
                layout(JsonFields.text(all, "layout", "auto")));
    }

    /** A partner's identifier, a PEM file, or the only partner. */
    private static X509Certificate recipient(String name, PeerConfig config) throws Exception {
        if (name == null && config.partners().size() == 1) {
            return config.partners().get(0).certificates().get(0);
        }
        if (name == null) {
            throw new BadRequest("'encryptFor' is needed: a partner's partyId or a PEM file");
        }
        Partner partner = config.partner(name);
        return partner == null
                ? PemCertificates.read(Path.of(name)).get(0)
                : partner.certificates().get(0);
    }

    private static Layout layout(String name) {
        for (Layout layout : Layout.values()) {
            if (layout.name().equalsIgnoreCase(name)) {
                return layout;
            }
        }
        throw new BadRequest("unknown layout '" + name + "'");
    }
}
