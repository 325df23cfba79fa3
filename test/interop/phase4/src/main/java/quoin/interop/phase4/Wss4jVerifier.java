package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import com.helger.phase4.wss.WSSConfigManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.handler.WSHandlerResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Verifies and decrypts a wire message with WSS4J alone, without phase4's message handling. Thread-safe. */
final class Wss4jVerifier {
    private final Crypto crypto;
    private final String password;

    Wss4jVerifier(KeyMaterial keys) {
        this.crypto = keys.crypto();
        this.password = new String(keys.password());
        WSSConfigManager.getInstance();
    }

    /**
     * One message's verdict; ok only when exactly one signature by a trusted certificate holds and covers
     * eb:Messaging, the Body and every part.
     *
     * @param strict whether WSS4J also checks the rules of the WS-I Basic Security Profile, as phase4 lets it
     */
    IJsonObject verify(String contentType, byte[] message, boolean strict) {
        IJsonObject verdict = new JsonObject();
        List<String> faults = new ArrayList<>();
        try {
            examine(contentType, message, strict, verdict, faults);
        } catch (WSSecurityException e) {
            faults.add(e.getErrorCode() + ": " + ReplyReader.causes(e));
        } catch (SAXException | IOException | RuntimeException e) {
            faults.add(e.getClass().getSimpleName() + ": " + ReplyReader.causes(e));
        }
        verdict.add("ok", faults.isEmpty());
        verdict.add("error", (Object) (faults.isEmpty() ? null : String.join("; ", faults)));
        return verdict;
    }

    private void examine(
            String contentType, byte[] message, boolean strict, IJsonObject verdict, List<String> faults)
            throws WSSecurityException, SAXException, IOException {
        List<MimeParts.Part> parts = MimeParts.read(contentType, message);
        Document envelope = XmlParser.parse(parts.get(0).content());
        MemoryAttachments attachments = new MemoryAttachments();
        for (MimeParts.Part part : parts.subList(1, parts.size())) {
            attachments.put(String.valueOf(part.contentId()), part.mimeType(), part.content());
        }
        verdict.add("signedReferences", uris(envelope));

        WSHandlerResult results = process(envelope, attachments, strict);
        SecurityFindings findings = new SecurityFindings();
        X509Certificate signer = null;
        if (results != null) {
            results.getResults().forEach(findings::add);
            signer = signer(results);
        }
        verdict.add("signer", (Object) (signer == null ? null : signer.getSubjectX500Principal().getName()));
        verdict.add("signatures", findings.signatures());
        verdict.add("parts", describe(envelope, attachments, findings));
        checkCoverage(envelope, attachments, findings, faults);
    }

    private WSHandlerResult process(Document envelope, MemoryAttachments attachments, boolean strict)
            throws WSSecurityException {
        WSSConfig config = WSSConfigManager.createStaticWSSConfig();
        RequestData data = new RequestData();
        data.setWssConfig(config);
        data.setSigVerCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setDisableBSPEnforcement(!strict);
        data.setAttachmentCallbackHandler(attachments);
        data.setCallbackHandler(
                callbacks -> {
                    for (var callback : callbacks) {
                        if (callback instanceof WSPasswordCallback wanted) {
                            wanted.setPassword(password);
                        }
                    }
                });
        WSSecurityEngine engine = new WSSecurityEngine();
        engine.setWssConfig(config);
        return engine.processSecurityHeader(envelope, data);
    }

    private static void checkCoverage(
            Document envelope, MemoryAttachments attachments, SecurityFindings findings, List<String> faults) {
        if (findings.signatures() != 1) {
            faults.add(findings.signatures() + " signatures");
            return;
        }
        if (!findings.covers(SoapParts.messaging(envelope))) {
            faults.add("eb:Messaging is not signed");
        }
        if (!findings.covers(SoapParts.body(envelope))) {
            faults.add("the SOAP Body is not signed");
        }
        Set<String> unsigned = new HashSet<>(attachments.contents().keySet());
        unsigned.removeAll(findings.signedAttachments());
        unsigned.forEach(id -> faults.add("part " + id + " is not signed"));
    }

    private static X509Certificate signer(WSHandlerResult results) {
        List<WSSecurityEngineResult> signatures = results.getActionResults().get(WSConstants.SIGN);
        if (signatures == null || signatures.isEmpty()) {
            return null;
        }
        return (X509Certificate) signatures.get(0).get(WSSecurityEngineResult.TAG_X509_CERTIFICATE);
    }

    private static IJsonArray uris(Document envelope) {
        IJsonArray uris = new JsonArray();
        for (Element reference : SoapParts.signedReferences(envelope)) {
            uris.add(reference.getAttribute("URI"));
        }
        return uris;
    }

    private static IJsonArray describe(Document envelope, MemoryAttachments attachments, SecurityFindings findings)
            throws IOException {
        Set<String> compressed = compressedParts(envelope);
        IJsonArray array = new JsonArray();
        for (Map.Entry<String, MemoryAttachments.Content> entry : attachments.contents().entrySet()) {
            byte[] bytes = entry.getValue().bytes();
            IJsonObject json = new JsonObject();
            json.add("contentId", entry.getKey());
            json.add("mimeType", entry.getValue().mimeType());
            json.add("size", bytes.length);
            json.add("sha256", Digests.sha256Hex(bytes));
            json.add("encrypted", findings.decryptedAttachments().contains(entry.getKey()));
            if (compressed.contains("cid:" + entry.getKey())) {
                json.add("contentSha256", Digests.sha256Hex(gunzip(bytes)));
            }
            array.add(json);
        }
        return array;
    }

    private static byte[] gunzip(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    /** The hrefs of the parts whose PartInfo says CompressionType. */
    private static Set<String> compressedParts(Document envelope) {
        Element info = SoapParts.path(SoapParts.messaging(envelope), Ebms.EB, "UserMessage", "PayloadInfo");
        Set<String> hrefs = new HashSet<>();
        for (Element part : SoapParts.children(info, Ebms.EB, "PartInfo")) {
            Element properties = SoapParts.child(part, Ebms.EB, "PartProperties");
            SoapParts.children(properties, Ebms.EB, "Property").stream()
                    .filter(property -> property.getAttribute("name").equals("CompressionType"))
                    .forEach(property -> hrefs.add(part.getAttribute("href")));
        }
        return hrefs;
    }
}
