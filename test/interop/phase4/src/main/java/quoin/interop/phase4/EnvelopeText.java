package quoin.interop.phase4;

/** Finds, in the text of an envelope, the place just inside soap:Header. */
final class EnvelopeText {
    private EnvelopeText() {}

    /**
     * The text with a fragment put in as the first child of the element whose start tag is the second one of the
     * document: in a SOAP envelope with a header, that is soap:Header.
     */
    static String insertIntoHeader(String envelope, String fragment) {
        int startTags = 0;
        int at = 0;
        while (at < envelope.length()) {
            int tag = envelope.indexOf('<', at);
            if (tag < 0) {
                break;
            }
            int end = markupEnd(envelope, tag);
            if (isStartTag(envelope, tag)) {
                startTags++;
                if (startTags == 2) {
                    return envelope.substring(0, end) + fragment + envelope.substring(end);
                }
            }
            at = end;
        }
        throw new BadRequest("the envelope has no Header");
    }

    private static boolean isStartTag(String text, int tag) {
        char next = text.charAt(tag + 1);
        return next != '?' && next != '!' && next != '/';
    }

    /** The offset behind the markup that begins at an offset. */
    private static int markupEnd(String text, int tag) {
        if (text.startsWith("<!--", tag)) {
            return text.indexOf("-->", tag) + 3;
        }
        if (text.startsWith("<?", tag)) {
            return text.indexOf("?>", tag) + 2;
        }
        char quote = 0;
        for (int at = tag; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quote == 0 && c == '>') {
                return at + 1;
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        throw new BadRequest("a tag of the envelope does not end");
    }
}
