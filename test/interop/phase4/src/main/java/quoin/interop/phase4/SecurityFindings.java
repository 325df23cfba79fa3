package quoin.interop.phase4;

import com.helger.phase4.crypto.IAS4DecryptParameterModifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.namespace.QName;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.apache.wss4j.common.util.AttachmentUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.processor.Processor;
import org.w3c.dom.Element;

/**
 * What WSS4J verified and decrypted while phase4 handled one message. phase4 keeps only the fact that a signature
 * was there, not what it covered, so the processors of that one message are watched. Use one object a message.
 */
final class SecurityFindings implements IAS4DecryptParameterModifier {
    private static final List<QName> WATCHED =
            List.of(WSConstants.SIGNATURE, WSConstants.ENCRYPTED_KEY, WSConstants.ENCRYPTED_DATA);

    private final List<WSDataRef> signed = new ArrayList<>();
    private final List<WSDataRef> decrypted = new ArrayList<>();
    private int signatures;

    @Override
    public void modifyWSSConfig(WSSConfig config) {
        try {
            for (QName name : WATCHED) {
                Processor original = config.getProcessor(name);
                Processor watching =
                        (element, data) -> {
                            List<WSSecurityEngineResult> results = original.handleToken(element, data);
                            results.forEach(this::add);
                            return results;
                        };
                config.setProcessor(name, watching);
            }
        } catch (WSSecurityException e) {
            throw new IllegalStateException("WSS4J has no processor to watch", e);
        }
    }

    /** Takes the result of one processed security token. */
    void add(WSSecurityEngineResult result) {
        @SuppressWarnings("unchecked")
        List<WSDataRef> references = (List<WSDataRef>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
        Integer action = (Integer) result.get(WSSecurityEngineResult.TAG_ACTION);
        if (references == null || action == null) {
            return;
        }
        if (action == WSConstants.SIGN) {
            signatures++;
            signed.addAll(references);
        } else if (action == WSConstants.ENCR) {
            decrypted.addAll(references);
        }
    }

    /** How many signatures were verified. */
    int signatures() {
        return signatures;
    }

    /** Whether a verified signature covers this very element. */
    boolean covers(Element element) {
        return element != null && signed.stream().anyMatch(reference -> reference.getProtectedElement() == element);
    }

    /** Content-IDs (without brackets, decoded) of the attachments a verified signature covers. */
    Set<String> signedAttachments() {
        return attachments(signed);
    }

    /** Content-IDs of the attachments that arrived encrypted. */
    Set<String> decryptedAttachments() {
        return attachments(decrypted);
    }

    private static Set<String> attachments(List<WSDataRef> references) {
        Set<String> ids = new HashSet<>();
        for (WSDataRef reference : references) {
            String uri = reference.getWsuId();
            if (reference.isAttachment() && uri != null) {
                try {
                    ids.add(uri.startsWith("cid:") ? AttachmentUtils.getAttachmentId(uri) : uri);
                } catch (WSSecurityException e) {
                    throw new IllegalStateException("a verified reference has an undecodable uri " + uri, e);
                }
            }
        }
        return ids;
    }
}
