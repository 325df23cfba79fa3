package quoin.interop.phase4;

import java.security.Provider;
import java.security.Security;
import org.bouncycastle.jcajce.provider.symmetric.AES;

/**
 * Puts Bouncy Castle's AES-GCM in front of Java 17's own, and nothing else of it. When Java's decrypts behind a
 * CipherInputStream, each 8 KiB read allocates room for everything read so far: 20 MB took 13 s.
 */
final class StreamingGcm extends Provider {
    private static final long serialVersionUID = 1L;

    private StreamingGcm() {
        super("StreamingGcm", "1", "AES-GCM whose memory does not grow with the stream");
        put("Cipher.AES/GCM/NoPadding", AES.GCM.class.getName());
    }

    static void install() {
        Security.insertProviderAt(new StreamingGcm(), 1);
    }
}
