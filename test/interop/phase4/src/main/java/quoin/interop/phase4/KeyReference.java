package quoin.interop.phase4;

import com.helger.phase4.crypto.ECryptoKeyIdentifierType;
import java.util.Arrays;
import java.util.Map;

/** How a certificate is named in a SecurityTokenReference (WSS X.509 Token Profile 3.2). */
record KeyReference(ECryptoKeyIdentifierType type, boolean pkiPath) {

    /** Names people use for phase4's and WSS4J's kinds; phase4's own names work too. */
    private static final Map<String, ECryptoKeyIdentifierType> NAMES =
            Map.of(
                    "BST", ECryptoKeyIdentifierType.BST_DIRECT_REFERENCE,
                    "SUBJECT_KEY_IDENTIFIER", ECryptoKeyIdentifierType.SKI_KEY_IDENTIFIER,
                    "SKI", ECryptoKeyIdentifierType.SKI_KEY_IDENTIFIER,
                    "X509_SKI", ECryptoKeyIdentifierType.X509_SKI_KEY_IDENTIFIER,
                    "THUMBPRINT", ECryptoKeyIdentifierType.THUMBPRINT_IDENTIFIER);

    static KeyReference of(String name) {
        if ("PKIPATH".equals(name)) {
            return new KeyReference(ECryptoKeyIdentifierType.BST_DIRECT_REFERENCE, true);
        }
        ECryptoKeyIdentifierType known = NAMES.get(name);
        if (known != null) {
            return new KeyReference(known, false);
        }
        return Arrays.stream(ECryptoKeyIdentifierType.values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .map(type -> new KeyReference(type, false))
                .orElseThrow(() -> new BadRequest("unknown key reference '" + name + "'"));
    }

    KeyReference withPkiPath(boolean wanted) {
        return wanted ? new KeyReference(type, true) : this;
    }
}
