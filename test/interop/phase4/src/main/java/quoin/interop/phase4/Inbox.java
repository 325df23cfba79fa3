package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Everything accepted so far, payloads as files of the data folder. */
final class Inbox {
    /** A stored payload: size in bytes and SHA-256 (hex) of the decompressed content. */
    record StoredPart(Path file, long size, String sha256) {}

    private record Entry(String messageId, IJsonObject description, List<Path> parts) {}

    private final Path folder;
    private final DuplicateLedger ledger;
    private final List<Entry> entries = new ArrayList<>();

    Inbox(Path folder, DuplicateLedger ledger) {
        this.folder = folder;
        this.ledger = ledger;
    }

    StoredPart store(InputStream content) throws IOException {
        Path file = Files.createTempFile(folder, "part-", ".bin");
        MessageDigest digest = Digests.sha256();
        try (InputStream in = content;
                OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            long size = in.transferTo(out);
            out.flush();
            return new StoredPart(file, size, Digests.hex(digest.digest()));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    synchronized void add(String messageId, IJsonObject description, List<Path> parts) {
        description.add("index", entries.size());
        entries.add(new Entry(messageId, description, parts));
    }

    synchronized IJsonArray describe() {
        IJsonArray all = new JsonArray();
        for (Entry entry : entries) {
            all.add(entry.description().getClone().add("duplicates", ledger.duplicatesOf(entry.messageId())));
        }
        return all;
    }

    /** The file of a part, or null when there is no such message or part. */
    synchronized Path part(int message, int part) {
        if (message < 0 || message >= entries.size()) {
            return null;
        }
        List<Path> parts = entries.get(message).parts();
        return part < 0 || part >= parts.size() ? null : parts.get(part);
    }

    synchronized int size() {
        return entries.size();
    }

    /** Forgets all messages, their payloads and the MessageIds seen. */
    synchronized void clear() throws IOException {
        for (Entry entry : entries) {
            for (Path part : entry.parts()) {
                Files.deleteIfExists(part);
            }
        }
        entries.clear();
        ledger.clearCache();
    }
}
