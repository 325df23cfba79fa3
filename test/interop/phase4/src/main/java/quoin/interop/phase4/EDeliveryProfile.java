package quoin.interop.phase4;

import com.helger.base.state.ETriState;
import com.helger.diagnostics.error.SingleError;
import com.helger.diagnostics.error.list.ErrorList;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.crypto.ECryptoAlgorithmSign;
import com.helger.phase4.crypto.ECryptoAlgorithmSignDigest;
import com.helger.phase4.ebms3header.Ebms3PartyId;
import com.helger.phase4.ebms3header.Ebms3Property;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.model.EMEP;
import com.helger.phase4.model.EMEPBinding;
import com.helger.phase4.model.pmode.PMode;
import com.helger.phase4.model.pmode.PModeParty;
import com.helger.phase4.model.pmode.PModeReceptionAwareness;
import com.helger.phase4.model.pmode.leg.EPModeSendReceiptReplyPattern;
import com.helger.phase4.model.pmode.leg.PModeLeg;
import com.helger.phase4.model.pmode.leg.PModeLegBusinessInformation;
import com.helger.phase4.model.pmode.leg.PModeLegErrorHandling;
import com.helger.phase4.model.pmode.leg.PModeLegProtocol;
import com.helger.phase4.model.pmode.leg.PModeLegSecurity;
import com.helger.phase4.profile.AS4Profile;
import com.helger.phase4.profile.IAS4ProfileValidator;
import com.helger.phase4.wss.EWSSVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import quoin.interop.phase4.PeerConfig.Party;
import quoin.interop.phase4.PeerConfig.Partner;
import quoin.interop.phase4.PeerConfig.ServiceAction;

/**
 * The eDelivery AS4 1.15 Common Profile with the Four Corner enhancement, as a phase4 profile: the values of every
 * P-Mode, and the header rules phase4's P-Mode lookup cannot see. Each finding reaches the sender as EBMS:0010.
 */
final class EDeliveryProfile implements IAS4ProfileValidator {
    static final String ID = "edelivery-1.15";

    private final PeerConfig config;

    EDeliveryProfile(PeerConfig config) {
        this.config = config;
    }

    /** The profile to register; the test service reaches the message processor too, where its security is checked. */
    AS4Profile asPhase4Profile() {
        return new AS4Profile(
                ID,
                "eDelivery AS4 1.15, Common Profile and Four Corner",
                () -> this,
                (initiator, responder, address) -> {
                    throw new UnsupportedOperationException("P-Modes are made from peer.json only");
                },
                (initiator, responder) -> initiator + "-" + responder,
                false,
                true);
    }

    /** One-Way/Push from the partner to this peer. */
    PMode receivingPMode(Partner from, ServiceAction business) {
        String id = from.party().partyId() + "|" + business.service() + "|" + business.action();
        return oneWayPush(id, from.party(), config.self(), business);
    }

    /**
     * phase4 judges a message with RefToMessageId by leg 2 even under One-Way, so both legs say the same: that is
     * what lets the second One-Way message of a Two-Way/Push-and-Push exchange in.
     */
    static PMode oneWayPush(String id, Party from, Party to, ServiceAction business) {
        PModeLeg leg = leg(business);
        return new PMode(
                id,
                phase4Party(from),
                phase4Party(to),
                "",
                EMEP.ONE_WAY,
                EMEPBinding.PUSH,
                leg,
                leg,
                null,
                new PModeReceptionAwareness(ETriState.TRUE, ETriState.FALSE, 0, 1, ETriState.TRUE));
    }

    @Override
    public void validateUserMessage(Ebms3UserMessage message, ErrorList errors) {
        var from = message.getPartyInfo().getFrom();
        var to = message.getPartyInfo().getTo();
        Partner partner = config.partner(from.getPartyIdAtIndex(0).getValue());
        compareParty(errors, "From", from.getPartyIdAtIndex(0), from.getRole(), partner.party());
        compareParty(errors, "To", to.getPartyIdAtIndex(0), to.getRole(), config.self());

        var info = message.getCollaborationInfo();
        String type = info.getService().getType();
        boolean typeKnown =
                config.actions().stream()
                        .filter(a -> a.service().equals(info.getService().getValue()))
                        .filter(a -> a.action().equals(info.getAction()))
                        .anyMatch(a -> Objects.equals(a.serviceType(), type));
        if (!typeKnown) {
            report(errors, "the type of eb:Service is '" + type + "'");
        }
        if (config.fourCorner()) {
            requireProperties(errors, message, Ebms.ORIGINAL_SENDER, Ebms.FINAL_RECIPIENT);
        }
    }

    private static void compareParty(
            ErrorList errors, String where, Ebms3PartyId id, String role, Party expected) {
        if (!Objects.equals(id.getType(), expected.partyType())) {
            report(errors, where + "/PartyId has the type '" + id.getType() + "'");
        }
        if (!Objects.equals(role, expected.role())) {
            report(errors, where + "/Role is '" + role + "'");
        }
    }

    private static void requireProperties(ErrorList errors, Ebms3UserMessage message, String... names) {
        Set<String> present = new HashSet<>();
        if (message.getMessageProperties() != null) {
            message.getMessageProperties().getProperty().stream().map(Ebms3Property::getName).forEach(present::add);
        }
        for (String name : List.of(names)) {
            if (!present.contains(name)) {
                report(errors, "the message property '" + name + "' is missing");
            }
        }
    }

    private static void report(ErrorList errors, String text) {
        errors.add(SingleError.builderError().errorText(text).build());
    }

    private static PModeParty phase4Party(Party party) {
        return new PModeParty(party.partyType(), party.partyId(), party.role(), null, null);
    }

    private static PModeLeg leg(ServiceAction business) {
        PModeLegErrorHandling errors =
                new PModeLegErrorHandling(
                        null, null, ETriState.TRUE, ETriState.TRUE, ETriState.TRUE, ETriState.TRUE);
        PModeLegBusinessInformation info =
                new PModeLegBusinessInformation(
                        business.service(),
                        business.serviceType(),
                        business.action(),
                        null,
                        null,
                        null,
                        Ebms.DEFAULT_MPC);
        return new PModeLeg(PModeLegProtocol.createForDefaultSoapVersion(null), info, errors, null, security());
    }

    private static PModeLegSecurity security() {
        PModeLegSecurity security = new PModeLegSecurity();
        security.setWSSVersion(EWSSVersion.WSS_111);
        security.setX509SignatureAlgorithm(ECryptoAlgorithmSign.RSA_SHA_256);
        security.setX509SignatureHashFunction(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
        security.setX509EncryptionAlgorithm(ECryptoAlgorithmCrypt.AES_128_GCM);
        security.setX509EncryptionMinimumStrength(128);
        security.setPModeAuthorize(false);
        security.setSendReceipt(true);
        security.setSendReceiptNonRepudiation(true);
        security.setSendReceiptReplyPattern(EPModeSendReceiptReplyPattern.RESPONSE);
        return security;
    }
}
