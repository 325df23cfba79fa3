package quoin.interop.phase4;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates from PEM files. */
final class PemCertificates {
    private PemCertificates() {}

    /** All certificates of the file in order; at least one. */
    static List<X509Certificate> read(Path file) throws IOException, CertificateException {
        List<X509Certificate> found = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                found.add((X509Certificate) certificate);
            }
        }
        if (found.isEmpty()) {
            throw new BadRequest("no certificate in " + file);
        }
        return found;
    }
}
