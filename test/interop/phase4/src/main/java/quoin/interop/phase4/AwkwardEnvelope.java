package quoin.interop.phase4;

/** Envelopes that mean the same to AS4 and differ in everything canonicalisation has to cope with. */
final class AwkwardEnvelope {
    private static final String[] SOAP_PREFIXES = {"S12", "env", "s", "SOAP-ENV"};
    private static final String[] EB_PREFIXES = {"eb", "ns2", "eb3", "é"};
    private static final String[] SPACES = {" ", "\n\t", "   ", "\r\n"};
    private static final String PARTY_TYPE = "urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots";

    private AwkwardEnvelope() {}

    /** The variant of a number; the message refers to one part, cid:part@wss4j. */
    static String text(int number) {
        String s = SOAP_PREFIXES[number % 4];
        String e = EB_PREFIXES[number / 4 % 4];
        String gap = SPACES[number / 16 % 4];
        String text = number % 2 == 0 ? "c<![CDATA[<" + number + "]]>&#13; ž🎉" : "c&amp;" + number + "\t 日本";
        return """
            <?xml version='1.0'?><!-- > -->
            <S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"~xmlns:unused='urn:"u"'~xmlns="urn:default"
              xml:lang="sk"~xmlns:w="%s" ><S:Header~xmlns:h="urn:a>b">
            <E:Messaging~xmlns:E='http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/'~w:Id="m%d"~S:mustUnderstand = "true"><E:UserMessage>
            <E:MessageInfo><E:Timestamp>2026-01-01T00:00:00Z</E:Timestamp><E:MessageId>m%d@wss4j</E:MessageId></E:MessageInfo>
            <E:PartyInfo><E:From><E:PartyId type="T">AP_a</E:PartyId><E:Role>R</E:Role></E:From><E:To><E:PartyId~type='T'
            >AP_b</E:PartyId><E:Role>R</E:Role></E:To></E:PartyInfo>
            <E:CollaborationInfo><E:Service type="urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0">QueryManager</E:Service>
            <E:Action>ExecuteQueryRequest</E:Action><E:ConversationId>%s</E:ConversationId></E:CollaborationInfo>
            <E:MessageProperties><E:Property name="originalSender"~type="&quot;&#9;&lt;">a</E:Property><E:Property
              name="finalRecipient">b</E:Property></E:MessageProperties>
            <E:PayloadInfo><E:PartInfo href="cid:part@wss4j"><E:PartProperties><E:Property name="MimeType">text/xml</E:Property
            ></E:PartProperties></E:PartInfo></E:PayloadInfo></E:UserMessage></E:Messaging>
            </S:Header><S:Body~w:Id='b%d'/></S:Envelope>
            """
                .replace("~", gap)
                .replace("\"T\"", "\"" + PARTY_TYPE + "\"")
                .replace("'T'", "'" + PARTY_TYPE + "'")
                .replace(">R<", ">" + Ebms.OOTS_ROLE + "<")
                .replace("<S:", "<" + s + ":")
                .replace("</S:", "</" + s + ":")
                .replace("xmlns:S=", "xmlns:" + s + "=")
                .replace("S:mustUnderstand", s + ":mustUnderstand")
                .replace("<E:", "<" + e + ":")
                .replace("</E:", "</" + e + ":")
                .replace("xmlns:E=", "xmlns:" + e + "=")
                .formatted(Ebms.WSU, number, number, text, number);
    }
}
