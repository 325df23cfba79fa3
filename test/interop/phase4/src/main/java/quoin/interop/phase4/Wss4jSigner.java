package quoin.interop.phase4;

import com.helger.phase4.wss.WSSConfigManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecEncrypt;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.exceptions.XMLSecurityException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import quoin.interop.phase4.SigningOptions.Layout;

/** Signs (and encrypts) any SOAP 1.2 envelope with WSS4J alone, as eDelivery AS4 1.15 asks. Thread-safe. */
final class Wss4jSigner {
    private static final String SOAP_TYPE = "application/soap+xml";

    private final KeyMaterial keys;
    private final Crypto crypto;

    Wss4jSigner(KeyMaterial keys) {
        this.keys = keys;
        this.crypto = keys.crypto();
        WSSConfigManager.getInstance();
    }

    Framing.Frame sign(SigningOptions options) throws Exception {
        Document envelope = parse(options.envelope());
        Layout layout = layout(options, envelope);
        MemoryAttachments attachments = new MemoryAttachments();
        options.parts().forEach(part -> attachments.put(part.contentId(), part.mimeType(), part.bytes()));
        addSignature(options, envelope, attachments);
        if (options.encrypt() && !options.parts().isEmpty()) {
            addEncryption(options, envelope, attachments);
        }
        NamespaceDeclarations.complete(envelope);
        byte[] soap = layout == Layout.SPLICE ? splice(options.envelope(), envelope) : canonical(envelope);
        return options.parts().isEmpty()
                ? new Framing.Frame(SOAP_TYPE + "; charset=utf-8", soap)
                : multipart(soap, attachments, options);
    }

    private static Document parse(String envelope) throws IOException {
        try {
            Document document = XmlParser.parse(envelope.getBytes(StandardCharsets.UTF_8));
            if (SoapParts.messaging(document) == null || SoapParts.body(document) == null) {
                throw new BadRequest("the envelope needs soap:Header/eb:Messaging and soap:Body");
            }
            return document;
        } catch (SAXException e) {
            throw new BadRequest("the envelope is not well-formed", e);
        }
    }

    /** Splicing keeps the text, so the ids the signature refers to must be there already. */
    private static Layout layout(SigningOptions options, Document envelope) {
        boolean possible =
                hasId(SoapParts.messaging(envelope))
                        && hasId(SoapParts.body(envelope))
                        && SoapParts.security(envelope) == null;
        if (options.layout() == Layout.AUTO) {
            return possible ? Layout.SPLICE : Layout.DOM;
        }
        if (options.layout() == Layout.SPLICE && !possible) {
            throw new BadRequest("splice needs wsu:Id on eb:Messaging and soap:Body, and no wsse:Security");
        }
        return options.layout();
    }

    private static boolean hasId(Element element) {
        return element.hasAttributeNS(Ebms.WSU, "Id");
    }

    private void addSignature(SigningOptions options, Document envelope, MemoryAttachments attachments)
            throws WSSecurityException {
        WSSecSignature builder = new WSSecSignature(securityHeader(envelope));
        builder.setKeyIdentifierType(options.signKeyReference().type().getTypeID());
        builder.setUseSingleCertificate(!options.signKeyReference().pkiPath());
        builder.setUserInfo(keys.alias(), new String(keys.password()));
        builder.setSignatureAlgorithm(WSConstants.RSA_SHA256);
        builder.setDigestAlgo(WSConstants.SHA256);
        builder.setSigCanonicalization(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        builder.setAddInclusivePrefixes(options.addInclusivePrefixes());
        builder.getParts().add(new WSEncryptionPart("Messaging", Ebms.EB, "Content"));
        builder.getParts().add(new WSEncryptionPart("Body", Ebms.SOAP12, "Content"));
        if (!options.parts().isEmpty()) {
            builder.getParts().add(new WSEncryptionPart("cid:Attachments", "Content"));
            builder.setAttachmentCallbackHandler(attachments);
        }
        builder.build(crypto);
    }

    private void addEncryption(SigningOptions options, Document envelope, MemoryAttachments attachments)
            throws Exception {
        WSSecEncrypt builder = new WSSecEncrypt(securityHeader(envelope));
        builder.setKeyIdentifierType(options.encryptKeyReference().type().getTypeID());
        builder.setUseThisCert(options.encryptFor());
        builder.setSymmetricEncAlgorithm(WSConstants.AES_128_GCM);
        builder.setKeyEncAlgo(WSConstants.KEYTRANSPORT_RSAOAEP_XENC11);
        builder.setMGFAlgorithm(WSConstants.MGF_SHA256);
        builder.setDigestAlgorithm(WSConstants.SHA256);
        builder.getParts().add(new WSEncryptionPart("cid:Attachments", "Content"));
        builder.setAttachmentCallbackHandler(attachments);
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(128);
        SecretKey session = generator.generateKey();
        builder.build(crypto, session);
    }

    private static WSSecHeader securityHeader(Document envelope) throws WSSecurityException {
        WSSecHeader header = new WSSecHeader(envelope);
        header.insertSecurityHeader();
        return header;
    }

    /** The original text with the Security header; inclusive canonical form keeps every namespace it may need. */
    private static byte[] splice(String text, Document signed) throws XMLSecurityException {
        ByteArrayOutputStream security = new ByteArrayOutputStream();
        Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_WITH_COMMENTS)
                .canonicalizeSubtree(SoapParts.security(signed), security);
        return EnvelopeText.insertIntoHeader(text, security.toString(StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] canonical(Document signed) throws XMLSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_WITH_COMMENTS).canonicalizeSubtree(signed, out);
        return out.toByteArray();
    }

    private static Framing.Frame multipart(byte[] soap, MemoryAttachments attachments, SigningOptions options)
            throws IOException {
        String boundary = "----=_Part_" + UUID.randomUUID();
        List<Map.Entry<Map<String, String>, byte[]>> parts = new ArrayList<>();
        parts.add(
                Map.entry(
                        MimeParts.ordered(
                                "Content-Type", SOAP_TYPE + "; charset=UTF-8",
                                "Content-Transfer-Encoding", "binary",
                                "Content-ID", "<root@wss4j>"),
                        soap));
        attachments
                .contents()
                .forEach(
                        (contentId, content) ->
                                parts.add(
                                        Map.entry(
                                                MimeParts.ordered(
                                                        "Content-Type",
                                                        options.encrypt()
                                                                ? "application/octet-stream"
                                                                : content.mimeType(),
                                                        "Content-Transfer-Encoding",
                                                        "binary",
                                                        "Content-ID",
                                                        "<" + contentId + ">"),
                                                content.bytes())));
        String contentType =
                "multipart/related; type=\""
                        + SOAP_TYPE
                        + "\"; start=\"<root@wss4j>\"; boundary=\""
                        + boundary
                        + "\"";
        return new Framing.Frame(contentType, MimeParts.write(boundary, parts));
    }
}
