package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import com.helger.phase4.attachment.IAS4IncomingAttachmentFactory;
import com.helger.phase4.incoming.AS4IncomingHandler;
import com.helger.phase4.incoming.AS4IncomingMessageMetadata;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.incoming.AS4IncomingReceiverConfiguration;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.model.pmode.PMode;
import com.helger.phase4.util.AS4ResourceHelper;
import com.helger.phase4.util.Phase4Exception;
import com.helger.xsds.xmldsig.ReferenceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import quoin.interop.phase4.PeerConfig.ServiceAction;

/** Classifies what came back for a sent message and judges receipts (AS4 5.1.8, ebMS3 Part 3). */
final class ReplyReader {
    /** A complete HTTP response. */
    record Reply(int status, List<Header> headers, byte[] body) {
        String contentType() {
            return headers.stream()
                    .filter(header -> header.getName().equalsIgnoreCase("Content-Type"))
                    .map(Header::getValue)
                    .findFirst()
                    .orElse("application/soap+xml");
        }
    }

    /** What phase4 found when it verified the security of a reply; failure is null when it found no fault. */
    private record Verified(IAS4IncomingMessageState state, SecurityFindings findings, String failure) {
        boolean signed() {
            return failure == null && state != null && state.isSoapSignatureChecked();
        }

        X509Certificate signer() {
            return signed() ? state.getSigningCertificate() : null;
        }
    }

    private final Peer peer;

    ReplyReader(Peer peer) {
        this.peer = peer;
    }

    static IJsonObject noReply(IOException e) {
        IJsonObject answer = new JsonObject();
        answer.add("httpStatus", 0);
        answer.add("kind", "other");
        answer.add("errors", new JsonArray());
        answer.add("receiptVerified", false);
        answer.add("reason", e.getClass().getSimpleName() + ": " + e.getMessage());
        return answer;
    }

    IJsonObject describe(SendRequest request, Reply reply, List<ReferenceType> signed) {
        IJsonObject answer = new JsonObject();
        answer.add("httpStatus", reply.status());
        Document envelope = parse(reply);
        Element signal =
                envelope == null ? null : SoapParts.path(SoapParts.messaging(envelope), Ebms.EB, "SignalMessage");
        Element receipt = SoapParts.child(signal, Ebms.EB, "Receipt");
        List<Element> errors = SoapParts.children(signal, Ebms.EB, "Error");
        answer.add("kind", kind(reply, receipt, errors));
        answer.add("errors", errors(errors));

        Verified verified = signal == null ? null : verify(request, reply);
        List<String> reasons = new ArrayList<>();
        if (receipt == null) {
            reasons.add("the reply is no receipt");
        } else {
            answer.add("digests", compareDigests(signed, receipt, reasons));
            judge(request, verified, signal, reasons);
        }
        X509Certificate signer = verified == null ? null : verified.signer();
        String signerName = signer == null ? null : signer.getSubjectX500Principal().getName();
        answer.add("receiptVerified", receipt != null && reasons.isEmpty());
        answer.add("reason", (Object) (reasons.isEmpty() ? null : String.join("; ", reasons)));
        answer.add("receiptSigner", (Object) (receipt == null ? null : signerName));
        answer.add("errorSigner", (Object) (errors.isEmpty() ? null : signerName));
        answer.add("refToMessageId", (Object) refToMessageId(signal));
        answer.add("fault", (Object) fault(envelope));
        answer.add("replyContentType", reply.body().length == 0 ? null : (Object) reply.contentType());
        answer.add("raw", new String(reply.body(), StandardCharsets.UTF_8));
        return answer;
    }

    private static String kind(Reply reply, Element receipt, List<Element> errors) {
        if (reply.body().length == 0) {
            return "empty";
        }
        if (!errors.isEmpty()) {
            return "error";
        }
        return receipt == null ? "other" : "receipt";
    }

    private static Document parse(Reply reply) {
        try {
            return XmlParser.parse(MimeParts.read(reply.contentType(), reply.body()).get(0).content());
        } catch (SAXException | IOException | BadRequest e) {
            return null;
        }
    }

    private static IJsonArray errors(List<Element> errors) {
        IJsonArray array = new JsonArray();
        for (Element error : errors) {
            IJsonObject json = new JsonObject();
            json.add("code", error.getAttribute("errorCode"));
            json.add("severity", error.getAttribute("severity"));
            json.add("category", error.getAttribute("category"));
            json.add("origin", error.getAttribute("origin"));
            json.add("shortDescription", error.getAttribute("shortDescription"));
            json.add("refToMessageInError", error.getAttribute("refToMessageInError"));
            json.add("description", (Object) SoapParts.text(SoapParts.child(error, Ebms.EB, "Description")));
            json.add("detail", (Object) SoapParts.text(SoapParts.child(error, Ebms.EB, "ErrorDetail")));
            array.add(json);
        }
        return array;
    }

    private static void judge(SendRequest request, Verified verified, Element signal, List<String> reasons) {
        if (verified.failure() != null) {
            reasons.add("the security of the receipt does not hold: " + verified.failure());
            return;
        }
        if (!verified.signed()) {
            reasons.add("the receipt is not signed");
            return;
        }
        Document envelope = verified.state().getOriginalSoapDocument();
        if (!verified.findings().covers(SoapParts.messaging(envelope))) {
            reasons.add("the signature does not cover eb:Messaging");
        }
        if (!verified.findings().covers(SoapParts.body(envelope))) {
            reasons.add("the signature does not cover the SOAP Body");
        }
        if (!request.expectedSigners().contains(verified.signer())) {
            reasons.add("the receipt is signed by another certificate than the partner's");
        }
        if (!request.messageId().equals(refToMessageId(signal))) {
            reasons.add("the receipt refers to " + refToMessageId(signal));
        }
    }

    /** One line a reference that either side names; both lists must hold the same (URI, algorithm, digest). */
    private static IJsonArray compareDigests(List<ReferenceType> sent, Element receipt, List<String> reasons) {
        Element information = SoapParts.child(receipt, Ebms.EBBP, "NonRepudiationInformation");
        List<Element> received = new ArrayList<>();
        for (Element part : SoapParts.children(information, Ebms.EBBP, "MessagePartNRInformation")) {
            received.addAll(SoapParts.children(part, Ebms.DS, "Reference"));
        }
        if (information == null) {
            reasons.add("the receipt has no NonRepudiationInformation");
        }
        if (sent.isEmpty()) {
            reasons.add("nothing was signed, so nothing can be confirmed");
        }
        IJsonArray lines = new JsonArray();
        for (ReferenceType reference : sent) {
            Element answer = take(received, reference.getURI());
            String digest = java.util.Base64.getEncoder().encodeToString(reference.getDigestValue());
            lines.add(line(reference.getURI(), reference.getDigestMethod().getAlgorithm(), digest, answer, reasons));
        }
        for (Element unexpected : received) {
            lines.add(line(unexpected.getAttribute("URI"), null, null, unexpected, reasons));
        }
        return lines;
    }

    private static IJsonObject line(
            String uri, String algorithm, String digest, Element answer, List<String> reasons) {
        String answered = SoapParts.text(SoapParts.child(answer, Ebms.DS, "DigestValue"));
        Element method = SoapParts.child(answer, Ebms.DS, "DigestMethod");
        boolean match =
                digest != null
                        && answered != null
                        && digest.equals(answered.replaceAll("\\s", ""))
                        && method != null
                        && method.getAttribute("Algorithm").equals(algorithm);
        if (!match) {
            reasons.add("the digest of " + uri + " is not the one sent");
        }
        IJsonObject json = new JsonObject();
        json.add("uri", uri);
        json.add("sent", (Object) digest);
        json.add("received", (Object) answered);
        json.add("match", match);
        return json;
    }

    private static Element take(List<Element> references, String uri) {
        for (Element reference : references) {
            if (reference.getAttribute("URI").equals(uri)) {
                references.remove(reference);
                return reference;
            }
        }
        return null;
    }

    private static String refToMessageId(Element signal) {
        return SoapParts.text(SoapParts.path(signal, Ebms.EB, "MessageInfo", "RefToMessageId"));
    }

    private static IJsonObject fault(Document envelope) {
        Element fault =
                envelope == null ? null : SoapParts.child(SoapParts.body(envelope), Ebms.SOAP12, "Fault");
        if (fault == null) {
            return null;
        }
        IJsonObject json = new JsonObject();
        json.add("code", (Object) SoapParts.text(SoapParts.path(fault, Ebms.SOAP12, "Code", "Value")));
        json.add("reason", (Object) SoapParts.text(SoapParts.path(fault, Ebms.SOAP12, "Reason", "Text")));
        return json;
    }

    /** Lets phase4 verify the reply's signature, as its own sender would. */
    private Verified verify(SendRequest request, Reply reply) {
        SecurityFindings findings = new SecurityFindings();
        AtomicReference<IAS4IncomingMessageState> state = new AtomicReference<>();
        var business = new ServiceAction(request.service(), request.serviceType(), request.action());
        PMode pmode = EDeliveryProfile.oneWayPush("reply", request.from(), request.to(), business);
        BasicHttpResponse response = new BasicHttpResponse(reply.status());
        reply.headers().forEach(response::addHeader);
        try (AS4ResourceHelper resources = new AS4ResourceHelper()) {
            AS4IncomingHandler.parseSignalMessage(
                    peer.config().keys().factory(),
                    peer.config().keys().factory(),
                    peer.pmodes(),
                    IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE,
                    new AS4IncomingProfileSelectorConstant(EDeliveryProfile.ID, true),
                    resources,
                    pmode,
                    Locale.US,
                    AS4IncomingMessageMetadata.createForResponse(request.messageId()),
                    response,
                    reply.body(),
                    null,
                    peer.securityConfiguration(findings),
                    new AS4IncomingReceiverConfiguration(),
                    (message, metadata, incoming) -> state.set(incoming));
            String failure = state.get() == null ? "phase4 could not read the reply" : null;
            return new Verified(state.get(), findings, failure);
        } catch (Phase4Exception e) {
            return new Verified(null, findings, causes(e));
        }
    }

    /** The messages of an exception and its causes, outermost first. */
    static String causes(Throwable error) {
        List<String> messages = new ArrayList<>();
        for (Throwable at = error; at != null && messages.size() < 5; at = at.getCause()) {
            messages.add(String.valueOf(at.getMessage()));
        }
        return String.join(" <- ", messages);
    }
}
