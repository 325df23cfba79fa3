package quoin.interop.phase4;

/** Names of the standards that this program writes or looks for. */
final class Ebms {
    static final String EB = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
    static final String EBBP = "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0";
    static final String SOAP12 = "http://www.w3.org/2003/05/soap-envelope";
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static final String WSSE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    static final String TEST_SERVICE = EB + "service";
    static final String TEST_ACTION = EB + "test";
    static final String DEFAULT_MPC = EB + "defaultMPC";

    static final String OOTS_ROLE = "http://sdg.europa.eu/edelivery/gateway";
    static final String ORIGINAL_SENDER = "originalSender";
    static final String FINAL_RECIPIENT = "finalRecipient";

    private Ebms() {}
}
