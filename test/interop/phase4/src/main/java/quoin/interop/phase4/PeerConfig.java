package quoin.interop.phase4;

import com.helger.json.IJsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** What peer.json says. Relative paths are taken from the folder of the file. */
record PeerConfig(
        Party self,
        KeyMaterial keys,
        List<Partner> partners,
        List<X509Certificate> trust,
        List<ServiceAction> actions,
        boolean fourCorner,
        KeyReference receiptKeyReference) {

    /** An access point's identity on the wire: eb:PartyId, its type (may be null) and eb:Role. */
    record Party(String partyId, String partyType, String role) {}

    /** Another access point: who it is, the certificates it may sign with (the first one is encrypted for). */
    record Partner(Party party, List<X509Certificate> certificates, String url) {}

    /** One accepted pair; a null service type means that the header must carry none. */
    record ServiceAction(String service, String serviceType, String action) {}

    private static final String OOTS_SERVICE = "QueryManager";
    private static final String OOTS_SERVICE_TYPE = "urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0";

    /** The pairs every peer accepts: the three OOTS actions and the ebMS test service. */
    private static final List<ServiceAction> ALWAYS =
            List.of(
                    new ServiceAction(OOTS_SERVICE, OOTS_SERVICE_TYPE, "ExecuteQueryRequest"),
                    new ServiceAction(OOTS_SERVICE, OOTS_SERVICE_TYPE, "ExecuteQueryResponse"),
                    new ServiceAction(OOTS_SERVICE, OOTS_SERVICE_TYPE, "ExceptionResponse"),
                    new ServiceAction(Ebms.TEST_SERVICE, null, Ebms.TEST_ACTION));

    static PeerConfig read(Path file) throws IOException, GeneralSecurityException {
        IJsonObject root = JsonFields.parseObject(Files.readAllBytes(file));
        Path base = file.toAbsolutePath().getParent();
        Party self = party(root, Ebms.OOTS_ROLE);

        List<X509Certificate> trust = new ArrayList<>();
        for (String pem : JsonFields.texts(root, "trust")) {
            trust.addAll(PemCertificates.read(base.resolve(pem)));
        }
        List<Partner> partners = new ArrayList<>();
        for (IJsonObject entry : JsonFields.objects(root, "partners")) {
            Path pem = base.resolve(JsonFields.require(entry, "certificate"));
            partners.add(
                    new Partner(party(entry, self.role()), PemCertificates.read(pem), JsonFields.text(entry, "url")));
        }
        List<ServiceAction> actions = new ArrayList<>(ALWAYS);
        for (IJsonObject entry : JsonFields.objects(root, "actions")) {
            actions.add(
                    new ServiceAction(
                            JsonFields.require(entry, "service"),
                            JsonFields.text(entry, "serviceType"),
                            JsonFields.require(entry, "action")));
        }

        IJsonObject store = JsonFields.object(root, "keyStore");
        if (store == null) {
            throw new BadRequest("missing member 'keyStore'");
        }
        List<X509Certificate> known = new ArrayList<>(trust);
        partners.forEach(partner -> known.addAll(partner.certificates()));
        return new PeerConfig(
                self,
                KeyMaterial.load(base, store, known),
                partners,
                trust,
                actions,
                JsonFields.flag(root, "fourCorner", true),
                KeyReference.of(JsonFields.text(root, "receiptKeyReference", "BST_DIRECT_REFERENCE")));
    }

    /** The partner of this identifier, or null. */
    Partner partner(String partyId) {
        return partners.stream().filter(p -> p.party().partyId().equals(partyId)).findFirst().orElse(null);
    }

    private static Party party(IJsonObject object, String defaultRole) {
        return new Party(
                JsonFields.require(object, "partyId"),
                JsonFields.text(object, "partyType"),
                JsonFields.text(object, "role", defaultRole));
    }
}
