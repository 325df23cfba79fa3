package quoin.interop.phase4;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.apache.wss4j.common.ext.Attachment;
import org.apache.wss4j.common.ext.AttachmentRequestCallback;
import org.apache.wss4j.common.ext.AttachmentResultCallback;

/** The attachments of one message in memory, as WSS4J asks for them and puts them back, in their order. */
final class MemoryAttachments implements CallbackHandler {
    /** The id by which WSS4J asks for all attachments at once. */
    private static final String ALL = "Attachments";

    /** The current form of one attachment. */
    record Content(String mimeType, Map<String, String> headers, byte[] bytes) {}

    private final Map<String, Content> contents = new LinkedHashMap<>();

    void put(String contentId, String mimeType, byte[] bytes) {
        Map<String, String> headers = Map.of("Content-ID", "<" + contentId + ">", "Content-Type", mimeType);
        if (contents.putIfAbsent(contentId, new Content(mimeType, headers, bytes)) != null) {
            throw new BadRequest("two parts have the Content-ID " + contentId);
        }
    }

    Map<String, Content> contents() {
        return contents;
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof AttachmentRequestCallback request) {
                request.setAttachments(find(request.getAttachmentId()));
            } else if (callback instanceof AttachmentResultCallback result) {
                Attachment changed = result.getAttachment();
                byte[] bytes = changed.getSourceStream().readAllBytes();
                Map<String, String> headers = Map.copyOf(changed.getHeaders());
                contents.put(result.getAttachmentId(), new Content(changed.getMimeType(), headers, bytes));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private List<Attachment> find(String id) {
        List<Attachment> found = new ArrayList<>();
        contents.forEach(
                (contentId, content) -> {
                    if (id.equals(ALL) || id.equals(contentId)) {
                        found.add(attachment(contentId, content));
                    }
                });
        return found;
    }

    private static Attachment attachment(String contentId, Content content) {
        Attachment attachment = new Attachment();
        attachment.setId(contentId);
        attachment.setMimeType(content.mimeType());
        attachment.addHeaders(content.headers());
        attachment.setSourceStream(new ByteArrayInputStream(content.bytes()));
        return attachment;
    }
}
