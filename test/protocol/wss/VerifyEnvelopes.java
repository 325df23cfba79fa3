import java.io.File;
import java.io.FileInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Verifies the signature of every envelope in a folder with the XML Signature implementation of the JDK, and names those
 * that do not verify. Arguments: a certificate (PEM) and the folder.
 */
public final class VerifyEnvelopes {
  private static final String WSU =
      "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

  public static void main(String[] args) throws Exception {
    PublicKey key;
    try (FileInputStream in = new FileInputStream(args[0])) {
      key = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey();
    }
    DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
    documents.setNamespaceAware(true);
    XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
    int verified = 0;
    for (File file : new File(args[1]).listFiles((folder, name) -> name.endsWith(".xml"))) {
      Document document = documents.newDocumentBuilder().parse(file);
      NodeList all = document.getElementsByTagNameNS("*", "*");
      Element signature = null;
      for (int i = 0; i < all.getLength(); i++) {
        Element element = (Element) all.item(i);
        if (element.hasAttributeNS(WSU, "Id")) element.setIdAttributeNS(WSU, "Id", true);
        if (element.getLocalName().equals("Signature")) signature = element;
      }
      DOMValidateContext context = new DOMValidateContext(key, signature);
      if (signatures.unmarshalXMLSignature(context).validate(context)) verified++;
      else System.out.println("refused " + file.getName());
    }
    System.out.println("verified " + verified);
  }
}
