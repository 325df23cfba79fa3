package quoin.interop.phase4;

import com.helger.collection.commons.ICommonsList;
import com.helger.http.header.HttpHeaderMap;
import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.ebms3header.Ebms3PartInfo;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.error.AS4ErrorList;
import com.helger.phase4.incoming.IAS4IncomingMessageMetadata;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.incoming.spi.AS4MessageProcessorResult;
import com.helger.phase4.incoming.spi.AS4SignalMessageProcessorResult;
import com.helger.phase4.incoming.spi.IAS4IncomingMessageProcessorSPI;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.pmode.IPMode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipException;
import org.w3c.dom.Node;
import quoin.interop.phase4.PeerConfig.Partner;
import quoin.interop.phase4.SecurityPolicy.Violation;

/** What phase4 calls for one verified message: enforce the security policy, then keep it. One object a message. */
final class MessageProcessor implements IAS4IncomingMessageProcessorSPI {
    private final Peer peer;
    private final SecurityFindings findings;

    MessageProcessor(Peer peer, SecurityFindings findings) {
        this.peer = peer;
        this.findings = findings;
    }

    @Override
    public AS4MessageProcessorResult processAS4UserMessage(
            IAS4IncomingMessageMetadata metadata,
            HttpHeaderMap headers,
            Ebms3UserMessage message,
            IPMode pmode,
            Node bodyPayload,
            ICommonsList<WSS4JAttachment> attachments,
            IAS4IncomingMessageState state,
            AS4ErrorList errors) {
        List<WSS4JAttachment> parts = attachments == null ? List.of() : attachments;
        String messageId = state.getMessageID();
        Partner sender = peer.config().partner(state.getInitiatorID());
        List<Violation> violations = SecurityPolicy.check(state, findings, parts, sender);
        violations.forEach(violation -> report(errors, violation.error(), violation.reason(), messageId));
        if (violations.isEmpty() && state.isPingMessage()) {
            peer.countPing();
        } else if (violations.isEmpty()) {
            keepOrForget(message, parts, state, errors);
        }
        if (errors.isEmpty()) {
            return AS4MessageProcessorResult.createSuccess();
        }
        peer.ledger().refuse(messageId);
        return AS4MessageProcessorResult.createFailure();
    }

    /** phase4 itself answers what is thrown here (EBMS:0303 for broken gzip); the id must stay usable. */
    private void keepOrForget(
            Ebms3UserMessage message,
            List<WSS4JAttachment> attachments,
            IAS4IncomingMessageState state,
            AS4ErrorList errors) {
        try {
            keep(message, attachments, state, errors);
        } catch (RuntimeException e) {
            peer.ledger().refuse(state.getMessageID());
            throw e;
        }
    }

    private void keep(
            Ebms3UserMessage message,
            List<WSS4JAttachment> attachments,
            IAS4IncomingMessageState state,
            AS4ErrorList errors) {
        IJsonArray parts = new JsonArray();
        List<Path> files = new ArrayList<>();
        for (WSS4JAttachment attachment : attachments) {
            try {
                Ebms3PartInfo partInfo = partInfo(message, attachment.getId());
                Inbox.StoredPart stored = peer.inbox().store(attachment.getSourceStream());
                files.add(stored.file());
                parts.add(ReceivedMessage.describePart(attachment.getId(), attachment, partInfo, stored));
            } catch (ZipException | EOFException e) {
                report(errors, EEbmsError.EBMS_DECOMPRESSION_FAILURE, e.getMessage(), state.getMessageID());
                return;
            } catch (IOException e) {
                report(errors, EEbmsError.EBMS_OTHER, e.getMessage(), state.getMessageID());
                return;
            }
        }
        IJsonObject description = ReceivedMessage.describe(message, state);
        description.add("parts", parts);
        peer.inbox().add(state.getMessageID(), description, files);
    }

    private static Ebms3PartInfo partInfo(Ebms3UserMessage message, String contentId) {
        return message.getPayloadInfo().getPartInfo().stream()
                .filter(part -> ("cid:" + contentId).equals(part.getHref()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("phase4 let part " + contentId + " pass unlisted"));
    }

    private static void report(AS4ErrorList errors, EEbmsError error, String detail, String messageId) {
        errors.add(error.errorBuilder(Locale.US).refToMessageInError(messageId).errorDetail(detail).build());
    }

    @Override
    public AS4SignalMessageProcessorResult processAS4SignalMessage(
            IAS4IncomingMessageMetadata metadata,
            HttpHeaderMap headers,
            Ebms3SignalMessage message,
            IPMode pmode,
            IAS4IncomingMessageState state,
            AS4ErrorList errors) {
        return AS4SignalMessageProcessorResult.createSuccess();
    }

    @Override
    public void processAS4ResponseMessage(
            IAS4IncomingMessageMetadata metadata,
            IAS4IncomingMessageState state,
            String responseMessageId,
            byte[] response,
            boolean available,
            AS4ErrorList errors) {
        // The answer is phase4's own; there is nothing to add to it.
    }
}
