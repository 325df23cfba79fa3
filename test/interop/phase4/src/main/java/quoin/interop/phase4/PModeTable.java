package quoin.interop.phase4;

import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.model.pmode.resolve.IAS4PModeResolver;
import java.util.HashMap;
import java.util.Map;
import quoin.interop.phase4.PeerConfig.Partner;
import quoin.interop.phase4.PeerConfig.ServiceAction;

/** The P-Modes of all partners and all accepted actions; what is not in it is answered with EBMS:0010. */
final class PModeTable implements IAS4PModeResolver {
    private record Key(String from, String service, String action) {}

    private final Map<Key, IPMode> pmodes = new HashMap<>();
    private final String self;

    PModeTable(PeerConfig config, EDeliveryProfile profile) {
        self = config.self().partyId();
        for (Partner partner : config.partners()) {
            for (ServiceAction business : config.actions()) {
                Key key = new Key(partner.party().partyId(), business.service(), business.action());
                pmodes.put(key, profile.receivingPMode(partner, business));
            }
        }
    }

    @Override
    public IPMode findPMode(
            String pmodeId,
            String service,
            String action,
            String initiator,
            String responder,
            String agreementRef,
            String address) {
        return self.equals(responder) ? pmodes.get(new Key(initiator, service, action)) : null;
    }

    @Override
    public String toString() {
        return "the P-Modes of peer.json";
    }
}
