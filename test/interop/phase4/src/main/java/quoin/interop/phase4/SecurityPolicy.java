package quoin.interop.phase4;

import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.model.error.EEbmsError;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.w3c.dom.Document;
import quoin.interop.phase4.PeerConfig.Partner;

/**
 * What phase4 leaves to the application: that a message is signed at all, that the signature covers everything,
 * that every part was encrypted, and that the signer may speak for the From party (eDelivery AS4 1.15 security
 * clauses). A refusal is one ebMS error with its reason.
 */
final class SecurityPolicy {
    /** One refusal: the ebMS error and the text of its ErrorDetail. */
    record Violation(EEbmsError error, String reason) {}

    private SecurityPolicy() {}

    static List<Violation> check(
            IAS4IncomingMessageState state,
            SecurityFindings findings,
            List<WSS4JAttachment> attachments,
            Partner sender) {
        List<Violation> violations = new ArrayList<>();
        X509Certificate signer = state.getSigningCertificate();
        if (signer == null || !state.isSoapSignatureChecked()) {
            return List.of(new Violation(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "the message is not signed"));
        }
        if (findings.signatures() != 1) {
            violations.add(policy("the message carries " + findings.signatures() + " signatures"));
        }
        Document envelope = state.getEffectiveDecryptedSoapDocument();
        if (!findings.covers(SoapParts.messaging(envelope))) {
            violations.add(policy("eb:Messaging is not signed"));
        }
        if (!findings.covers(SoapParts.body(envelope))) {
            violations.add(policy("the SOAP Body is not signed"));
        }
        Set<String> signed = findings.signedAttachments();
        Set<String> decrypted = findings.decryptedAttachments();
        for (WSS4JAttachment attachment : attachments) {
            if (!signed.contains(attachment.getId())) {
                violations.add(policy("part " + attachment.getId() + " is not signed"));
            }
            if (!decrypted.contains(attachment.getId())) {
                violations.add(policy("part " + attachment.getId() + " is not encrypted"));
            }
        }
        if (!sender.certificates().contains(signer)) {
            violations.add(
                    new Violation(
                            EEbmsError.EBMS_FAILED_AUTHENTICATION,
                            "the signer is not known to speak for " + sender.party().partyId()));
        }
        return violations;
    }

    private static Violation policy(String reason) {
        return new Violation(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, reason);
    }
}
