package quoin.interop.phase4;

import java.util.ArrayList;
import java.util.List;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The few elements of a SOAP 1.2 envelope that this program looks at. */
final class SoapParts {
    private SoapParts() {}

    static Element header(Document envelope) {
        return child(envelope.getDocumentElement(), Ebms.SOAP12, "Header");
    }

    static Element body(Document envelope) {
        return child(envelope.getDocumentElement(), Ebms.SOAP12, "Body");
    }

    static Element messaging(Document envelope) {
        return child(header(envelope), Ebms.EB, "Messaging");
    }

    static Element security(Document envelope) {
        return child(header(envelope), Ebms.WSSE, "Security");
    }

    /** Walks down by local names of one namespace; null as soon as a step is missing. */
    static Element path(Element from, String namespace, String... localNames) {
        Element at = from;
        for (String name : localNames) {
            at = child(at, namespace, name);
        }
        return at;
    }

    static Element child(Element parent, String namespace, String localName) {
        List<Element> found = children(parent, namespace, localName);
        return found.isEmpty() ? null : found.get(0);
    }

    static List<Element> children(Element parent, String namespace, String localName) {
        List<Element> found = new ArrayList<>();
        if (parent == null) {
            return found;
        }
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && namespace.equals(element.getNamespaceURI())
                    && localName.equals(element.getLocalName())) {
                found.add(element);
            }
        }
        return found;
    }

    static String text(Element element) {
        return element == null ? null : element.getTextContent().strip();
    }

    /** The ds:Reference elements of the first signature in the Security header, or of a receipt's part list. */
    static List<Element> signedReferences(Document envelope) {
        Element signedInfo = path(security(envelope), Ebms.DS, "Signature", "SignedInfo");
        return children(signedInfo, Ebms.DS, "Reference");
    }
}
