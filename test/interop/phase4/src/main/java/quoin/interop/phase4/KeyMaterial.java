package quoin.interop.phase4;

import com.helger.json.IJsonObject;
import com.helger.phase4.crypto.AS4CryptoFactoryInMemoryKeyStore;
import com.helger.phase4.crypto.ECryptoMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import org.apache.wss4j.common.crypto.Crypto;

/** A private key with its chain, together with the certificates that are trusted or may be referred to. */
record KeyMaterial(KeyStore keyStore, String alias, char[] password, KeyStore trustStore) {

    /** Reads {path, password, alias?}; without an alias the first key of the PKCS#12 file is taken. */
    static KeyMaterial load(Path base, IJsonObject store, Collection<X509Certificate> known)
            throws IOException, GeneralSecurityException {
        KeyStore trustStore = emptyStore();
        int count = 0;
        for (X509Certificate certificate : known) {
            trustStore.setCertificateEntry("known-" + count++, certificate);
        }
        return read(base, store, trustStore);
    }

    /** The same trust with another private key. */
    KeyMaterial withKey(Path base, IJsonObject store) throws IOException, GeneralSecurityException {
        return read(base, store, trustStore);
    }

    /** phase4's view; a new one each time, because it caches what it made. */
    AS4CryptoFactoryInMemoryKeyStore factory() {
        return new AS4CryptoFactoryInMemoryKeyStore(keyStore, alias, password, trustStore);
    }

    /** WSS4J's view, as phase4 builds it. */
    Crypto crypto() {
        return factory().getCrypto(ECryptoMode.DECRYPT_VERIFY);
    }

    X509Certificate certificate() throws GeneralSecurityException {
        return (X509Certificate) keyStore.getCertificate(alias);
    }

    private static KeyMaterial read(Path base, IJsonObject store, KeyStore trustStore)
            throws IOException, GeneralSecurityException {
        Path path = base.resolve(JsonFields.require(store, "path"));
        char[] password = JsonFields.require(store, "password").toCharArray();
        KeyStore keyStore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(path)) {
            keyStore.load(in, password);
        }
        String alias = JsonFields.text(store, "alias");
        if (alias == null) {
            for (String candidate : Collections.list(keyStore.aliases())) {
                if (keyStore.isKeyEntry(candidate)) {
                    alias = candidate;
                    break;
                }
            }
        }
        if (alias == null || !keyStore.isKeyEntry(alias)) {
            throw new BadRequest("no private key in " + path);
        }
        return new KeyMaterial(keyStore, alias, password, trustStore);
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
