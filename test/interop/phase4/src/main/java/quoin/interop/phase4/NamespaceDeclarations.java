package quoin.interop.phase4;

import java.util.HashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/** WSS4J leaves some namespace declarations to the serialiser; canonical form writes only those that are there. */
final class NamespaceDeclarations {
    private NamespaceDeclarations() {}

    /** Adds the missing declarations, each on the element that needs it. */
    static void complete(Document document) {
        Map<String, String> scope = new HashMap<>();
        scope.put("", "");
        scope.put("xml", XMLConstants.XML_NS_URI);
        complete(document.getDocumentElement(), scope);
    }

    private static void complete(Element element, Map<String, String> outer) {
        Map<String, String> scope = new HashMap<>(outer);
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            if (XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
                String prefix = attribute.getPrefix() == null ? "" : attribute.getLocalName();
                scope.put(prefix, attribute.getValue());
            }
        }
        declare(element, element, scope);
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            if (attribute.getPrefix() != null
                    && !XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
                declare(element, attribute, scope);
            }
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                complete(inner, scope);
            }
        }
    }

    private static void declare(Element element, Node named, Map<String, String> scope) {
        String prefix = named.getPrefix() == null ? "" : named.getPrefix();
        String uri = named.getNamespaceURI() == null ? "" : named.getNamespaceURI();
        if (!uri.equals(scope.get(prefix))) {
            String name = prefix.isEmpty() ? "xmlns" : "xmlns:" + prefix;
            element.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, name, uri);
            scope.put(prefix, uri);
        }
    }
}
