package quoin.interop.phase4;

import com.helger.phase4.attachment.IAS4IncomingAttachmentFactory;
import com.helger.phase4.incoming.AS4IncomingMessageMetadata;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.incoming.AS4IncomingReceiverConfiguration;
import com.helger.phase4.incoming.crypto.AS4IncomingSecurityConfiguration;
import com.helger.phase4.crypto.AS4SigningParams;
import com.helger.phase4.duplicate.IAS4DuplicateManager;
import com.helger.phase4.incoming.AS4RequestHandler;
import com.helger.phase4.mgr.AS4ManagerFactoryInMemory;
import com.helger.phase4.mgr.MetaAS4Manager;
import com.helger.phase4.util.AS4ResourceHelper;
import com.helger.phase4.wss.WSSConfigManager;
import com.helger.collection.commons.CommonsArrayList;
import com.helger.scope.mgr.ScopeManager;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The access point: phase4 set up in memory, and what it has received. One a process, as phase4 is global. */
final class Peer {
    private final PeerConfig config;
    private final DuplicateLedger ledger = new DuplicateLedger();
    private final AtomicInteger pings = new AtomicInteger();
    private final Inbox inbox;
    private final PModeTable pmodes;

    private Peer(PeerConfig config, Path dataFolder) {
        this.config = config;
        EDeliveryProfile profile = new EDeliveryProfile(config);
        startPhase4(dataFolder, ledger);
        MetaAS4Manager.getProfileMgr().registerProfile(profile.asPhase4Profile());
        this.inbox = new Inbox(dataFolder, ledger);
        this.pmodes = new PModeTable(config, profile);
    }

    static Peer start(PeerConfig config, Path dataFolder) {
        return new Peer(config, dataFolder);
    }

    /** A handler for one incoming HTTP request; the caller closes it. */
    AS4RequestHandler newRequestHandler(AS4IncomingMessageMetadata metadata) {
        SecurityFindings findings = new SecurityFindings();
        AS4RequestHandler handler = new AS4RequestHandler(metadata);
        handler.setCryptoFactory(config.keys().factory());
        handler.setPModeResolver(pmodes);
        handler.setIncomingAttachmentFactory(IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE);
        handler.setIncomingSecurityConfiguration(securityConfiguration(findings));
        handler.setIncomingReceiverConfiguration(new AS4IncomingReceiverConfiguration());
        handler.setIncomingProfileSelector(new AS4IncomingProfileSelectorConstant(EDeliveryProfile.ID, true));
        handler.setProcessorSupplier(() -> new CommonsArrayList<>(new MessageProcessor(this, findings)));
        return handler;
    }

    /** How phase4 verifies, and how it signs the receipts and errors it answers with. */
    AS4IncomingSecurityConfiguration securityConfiguration(SecurityFindings findings) {
        KeyReference reference = config.receiptKeyReference();
        return new AS4IncomingSecurityConfiguration()
                .setSigningParams(
                        new AS4SigningParams()
                                .setKeyIdentifierType(reference.type())
                                .setUseSingleCertificate(!reference.pkiPath()))
                .setDecryptParameterModifier(findings);
    }

    PeerConfig config() {
        return config;
    }

    PModeTable pmodes() {
        return pmodes;
    }

    Inbox inbox() {
        return inbox;
    }

    DuplicateLedger ledger() {
        return ledger;
    }

    void countPing() {
        pings.incrementAndGet();
    }

    int pings() {
        return pings.get();
    }

    private static void startPhase4(Path dataFolder, DuplicateLedger ledger) {
        StreamingGcm.install();
        System.setProperty("phase4.manager.inmemory", "true");
        System.setProperty("phase4.wss4j.syncsecurity", "false");
        ScopeManager.onGlobalBegin("phase4-peer");
        AS4ResourceHelper.setTempDir(dataFolder.toFile());
        MetaAS4Manager.setFactory(
                new AS4ManagerFactoryInMemory() {
                    @Override
                    public IAS4DuplicateManager createDuplicateManager() {
                        return ledger;
                    }
                });
        WSSConfigManager.getInstance();
    }
}
