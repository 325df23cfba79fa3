package quoin.interop.phase4;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.ParseException;

/** Reads and writes a multipart/related message held in memory (RFC 2046 5.1, RFC 2387). */
final class MimeParts {
    private static final byte[] CRLF = {'\r', '\n'};

    /** One body part; header names compare without case. start and end are its content's offsets in the message. */
    record Part(Map<String, String> headers, int start, int end, byte[] message) {
        String header(String name, String otherwise) {
            return headers.getOrDefault(name, otherwise);
        }

        /** The Content-ID without angle brackets, or null. */
        String contentId() {
            String id = headers.get("Content-ID");
            if (id == null) {
                return null;
            }
            return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
        }

        String mimeType() {
            return header("Content-Type", "application/octet-stream");
        }

        /** The content with its transfer encoding undone. */
        byte[] content() {
            byte[] raw = Arrays.copyOfRange(message, start, end);
            String encoding = header("Content-Transfer-Encoding", "binary").strip().toLowerCase(Locale.ROOT);
            if (encoding.equals("binary") || encoding.equals("8bit") || encoding.equals("7bit")) {
                return raw;
            }
            try (var in = MimeUtility.decode(new ByteArrayInputStream(raw), encoding)) {
                return in.readAllBytes();
            } catch (IOException | MessagingException e) {
                throw new BadRequest("a part's " + encoding + " content cannot be decoded", e);
            }
        }
    }

    private MimeParts() {}

    static boolean isMultipart(String contentType) {
        return contentType.strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    /** The parts in order; a message that is not multipart is its own only part. The first part is the root. */
    static List<Part> read(String contentType, byte[] message) {
        if (!isMultipart(contentType)) {
            return List.of(new Part(headers("Content-Type", contentType), 0, message.length, message));
        }
        byte[] delimiter = ("--" + boundary(contentType)).getBytes(StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        int at = delimiterAt(message, delimiter, 0);
        while (at >= 0) {
            int afterDelimiter = at + delimiter.length;
            if (startsWith(message, afterDelimiter, new byte[] {'-', '-'})) {
                return parts;
            }
            int headerStart = lineEnd(message, afterDelimiter);
            int next = delimiterAt(message, delimiter, headerStart);
            if (next < 0) {
                break;
            }
            parts.add(part(message, headerStart, withoutLineEnd(message, next)));
            at = next;
        }
        throw new BadRequest("the multipart message has no closing boundary");
    }

    /** Writes parts in order, each with exactly its given headers, as binary content. */
    static byte[] write(String boundary, List<Map.Entry<Map<String, String>, byte[]>> parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        for (var part : parts) {
            out.write(delimiter);
            out.write(CRLF);
            for (var header : part.getKey().entrySet()) {
                out.write((header.getKey() + ": " + header.getValue()).getBytes(StandardCharsets.UTF_8));
                out.write(CRLF);
            }
            out.write(CRLF);
            out.write(part.getValue());
            out.write(CRLF);
        }
        out.write(delimiter);
        out.write(new byte[] {'-', '-'});
        out.write(CRLF);
        return out.toByteArray();
    }

    private static String boundary(String contentType) {
        try {
            String boundary = new ContentType(contentType).getParameter("boundary");
            if (boundary == null || boundary.isEmpty()) {
                throw new BadRequest("the Content-Type has no boundary");
            }
            return boundary;
        } catch (ParseException e) {
            throw new BadRequest("the Content-Type cannot be read", e);
        }
    }

    private static Part part(byte[] message, int start, int end) {
        Map<String, String> headers = headers();
        int at = start;
        String last = null;
        while (at < end) {
            int next = lineEnd(message, at);
            String line = new String(message, at, withoutLineEnd(message, next) - at, StandardCharsets.UTF_8);
            at = next;
            if (line.isEmpty()) {
                return new Part(headers, at, Math.max(at, end), message);
            }
            int colon = line.indexOf(':');
            if (last != null && Character.isWhitespace(line.charAt(0))) {
                headers.merge(last, line.strip(), (value, more) -> value + " " + more);
            } else if (colon > 0) {
                last = line.substring(0, colon).strip();
                headers.put(last, line.substring(colon + 1).strip());
            }
        }
        // An empty part: its blank line is also the line end in front of the next delimiter.
        return new Part(headers, end, end, message);
    }

    private static Map<String, String> headers(String... namesAndValues) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** The offset of the next delimiter that begins a line and is followed by a line end or "--", or -1. */
    private static int delimiterAt(byte[] message, byte[] delimiter, int from) {
        for (int at = from; at <= message.length - delimiter.length; at++) {
            boolean lineStart = at == 0 || message[at - 1] == '\n';
            if (lineStart && message[at] == '-' && startsWith(message, at, delimiter)) {
                int after = at + delimiter.length;
                boolean closing = startsWith(message, after, new byte[] {'-', '-'});
                if (closing || after == message.length || "\r\n \t".indexOf(message[after]) >= 0) {
                    return at;
                }
            }
        }
        return -1;
    }

    private static boolean startsWith(byte[] message, int at, byte[] prefix) {
        return at + prefix.length <= message.length
                && Arrays.equals(message, at, at + prefix.length, prefix, 0, prefix.length);
    }

    /** The offset just behind the line end at or after an offset. */
    private static int lineEnd(byte[] message, int from) {
        int at = from;
        while (at < message.length && message[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, message.length);
    }

    private static int withoutLineEnd(byte[] message, int end) {
        int at = end;
        if (at > 0 && message[at - 1] == '\n') {
            at--;
            if (at > 0 && message[at - 1] == '\r') {
                at--;
            }
        }
        return at;
    }

    /** Header pairs in the order given, for {@link #write}. */
    static Map<String, String> ordered(String... namesAndValues) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }
}
