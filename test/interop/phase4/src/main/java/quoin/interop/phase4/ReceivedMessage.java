package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.ebms3header.Ebms3PartInfo;
import com.helger.phase4.ebms3header.Ebms3PartyId;
import com.helger.phase4.ebms3header.Ebms3Property;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import java.util.List;

/** The JSON form of one received message. */
final class ReceivedMessage {
    private ReceivedMessage() {}

    /** Everything but the parts. */
    static IJsonObject describe(Ebms3UserMessage message, IAS4IncomingMessageState state) {
        var info = message.getMessageInfo();
        var from = message.getPartyInfo().getFrom();
        var to = message.getPartyInfo().getTo();
        var collaboration = message.getCollaborationInfo();
        var agreement = collaboration.getAgreementRef();
        var properties = message.getMessageProperties();
        IJsonObject json = new JsonObject();
        json.add("messageId", info.getMessageId());
        json.add("conversationId", collaboration.getConversationId());
        add(json, "refToMessageId", info.getRefToMessageId());
        add(json, "timestamp", info.getTimestamp() == null ? null : info.getTimestamp().toString());
        add(json, "mpc", message.getMpc());
        json.add("from", party(from.getPartyIdAtIndex(0), from.getRole()));
        json.add("to", party(to.getPartyIdAtIndex(0), to.getRole()));
        json.add("service", collaboration.getService().getValue());
        add(json, "serviceType", collaboration.getService().getType());
        json.add("action", collaboration.getAction());
        add(json, "agreementRef", agreement == null ? null : agreement.getValue());
        json.add("properties", properties(properties == null ? List.of() : properties.getProperty()));
        json.add("signer", state.getSigningCertificate().getSubjectX500Principal().getName());
        json.add("signKeyReference", String.valueOf(state.getSigningCertificateReferenceType()));
        return json;
    }

    static IJsonObject describePart(
            String contentId, WSS4JAttachment attachment, Ebms3PartInfo partInfo, Inbox.StoredPart stored) {
        IJsonObject json = new JsonObject();
        json.add("contentId", contentId);
        json.add("mimeType", attachment.getMimeType());
        json.add("compressed", attachment.hasCompressionMode());
        add(json, "charset", attachment.hasCharset() ? attachment.getCharset().name() : null);
        var partProperties = partInfo.getPartProperties();
        json.add("properties", properties(partProperties == null ? List.of() : partProperties.getProperty()));
        json.add("size", stored.size());
        json.add("sha256", stored.sha256());
        return json;
    }

    private static IJsonObject party(Ebms3PartyId id, String role) {
        IJsonObject json = new JsonObject();
        json.add("partyId", id.getValue());
        add(json, "partyType", id.getType());
        json.add("role", role);
        return json;
    }

    private static IJsonArray properties(List<Ebms3Property> properties) {
        IJsonArray array = new JsonArray();
        for (Ebms3Property property : properties) {
            IJsonObject json = new JsonObject();
            json.add("name", property.getName());
            add(json, "type", property.getType());
            json.add("value", property.getValue());
            array.add(json);
        }
        return array;
    }

    private static void add(IJsonObject json, String name, String value) {
        json.add(name, (Object) value);
    }
}
