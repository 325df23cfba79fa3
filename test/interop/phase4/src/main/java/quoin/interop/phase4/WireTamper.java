package quoin.interop.phase4;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;

/** Flips one bit of a finished wire message, so that it stays well-formed but no longer is what was signed. */
enum WireTamper {
    NONE((contentType, message) -> {}),

    /** A byte in the middle of the first payload part. */
    PAYLOAD(
            (contentType, message) -> {
                List<MimeParts.Part> parts = MimeParts.read(contentType, message);
                if (parts.size() < 2 || parts.get(1).start() == parts.get(1).end()) {
                    throw new BadRequest("there is no payload byte to tamper with");
                }
                MimeParts.Part part = parts.get(1);
                message[(part.start() + part.end()) / 2] ^= 1;
            }),

    /** A letter or digit of eb:ConversationId. */
    MESSAGING((contentType, message) -> flipText(contentType, message, "ConversationId>")),

    /** A letter or digit of ds:SignatureValue. */
    SIGNATURE((contentType, message) -> flipText(contentType, message, "SignatureValue>"));

    private final BiConsumer<String, byte[]> change;

    WireTamper(BiConsumer<String, byte[]> change) {
        this.change = change;
    }

    static WireTamper of(String name) {
        for (WireTamper tamper : values()) {
            if (tamper.name().equalsIgnoreCase(name)) {
                return tamper;
            }
        }
        throw new BadRequest("unknown tamper '" + name + "'");
    }

    /** Changes the message in place. */
    void apply(String contentType, byte[] message) {
        change.accept(contentType, message);
    }

    private static void flipText(String contentType, byte[] message, String afterTag) {
        MimeParts.Part root = MimeParts.read(contentType, message).get(0);
        String soap = new String(message, root.start(), root.end() - root.start(), StandardCharsets.ISO_8859_1);
        int tag = soap.indexOf(afterTag);
        for (int at = tag + afterTag.length(); tag >= 0 && soap.charAt(at) != '<'; at++) {
            if (Character.isLetterOrDigit(soap.charAt(at)) && Character.isLetterOrDigit(soap.charAt(at) ^ 1)) {
                message[root.start() + at] ^= 1;
                return;
            }
        }
        throw new BadRequest("there is no text behind " + afterTag + " to tamper with");
    }
}
