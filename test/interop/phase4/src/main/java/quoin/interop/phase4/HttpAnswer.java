package quoin.interop.phase4;

import com.helger.json.IJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One HTTP answer, complete in memory. */
record HttpAnswer(int status, Map<String, String> headers, byte[] body) {

    static HttpAnswer json(int status, IJson json) {
        return bytes(status, "application/json", utf8(json));
    }

    /** The JSON text; the library leaves some control characters of strings as they are, which is not JSON. */
    static byte[] utf8(IJson json) {
        String text = json.getAsJsonString();
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                clean.append(String.format("\\u%04x", (int) c));
            } else {
                clean.append(c);
            }
        }
        return clean.toString().getBytes(StandardCharsets.UTF_8);
    }

    static HttpAnswer bytes(int status, String contentType, byte[] body) {
        return new HttpAnswer(status, Map.of("Content-Type", contentType), body);
    }

    static HttpAnswer empty(int status) {
        return new HttpAnswer(status, Map.of(), new byte[0]);
    }

    HttpAnswer withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpAnswer(status, more, body);
    }
}
