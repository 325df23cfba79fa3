package quoin.interop.phase4;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A throw-away CA for the self-check: RSA-2048, SKI, keyUsage as eDelivery access points have it. */
final class TestPki {
    static final String PASSWORD = "changeit";

    private final Path folder;
    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;

    TestPki(Path folder, String name) throws Exception {
        this.folder = folder;
        this.certificate = issue(name, keys, true);
        Files.writeString(folder.resolve(name + ".pem"), pem(certificate));
    }

    /** Writes NAME.pem and NAME.p12 (with the chain). */
    void issueLeaf(String name) throws Exception {
        KeyPair leaf = newKeys();
        X509Certificate issued = issue(name, leaf, false);
        Files.writeString(folder.resolve(name + ".pem"), pem(issued));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                name, leaf.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {issued, certificate});
        try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private X509Certificate issue(String name, KeyPair subject, boolean isCa)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        X500Principal subjectName = new X500Principal("CN=" + name + ", OU=OOTS, O=Interop, C=BE");
        X500Principal issuerName = isCa ? subjectName : certificate.getSubjectX500Principal();
        Instant now = Instant.now();
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        int usage =
                isCa
                        ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                        : KeyUsage.digitalSignature | KeyUsage.keyEncipherment;
        var builder =
                new JcaX509v3CertificateBuilder(
                                issuerName,
                                new BigInteger(64, new SecureRandom()).setBit(63),
                                Date.from(now.minus(Duration.ofHours(1))),
                                Date.from(now.plus(Duration.ofDays(1))),
                                subjectName,
                                subject.getPublic())
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(usage))
                        .addExtension(
                                Extension.subjectKeyIdentifier,
                                false,
                                extensions.createSubjectKeyIdentifier(subject.getPublic()))
                        .addExtension(
                                Extension.authorityKeyIdentifier,
                                false,
                                extensions.createAuthorityKeyIdentifier(keys.getPublic()));
        var signer = new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }
}
