package quoin.interop.phase4;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many messages in one body. Each record is: uint32 length of the content type, the content type in UTF-8,
 * uint32 length of the message, the message. Numbers are big-endian; the body ends after the last record.
 */
final class Framing {
    static final String CONTENT_TYPE = "application/x-as4-frames";

    /** One message with its content type. */
    record Frame(String contentType, byte[] message) {}

    private Framing() {}

    static List<Frame> read(InputStream body) throws IOException {
        List<Frame> frames = new ArrayList<>();
        DataInputStream in = new DataInputStream(body);
        while (true) {
            int first = in.read();
            if (first < 0) {
                return frames;
            }
            try {
                int rest = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
                byte[] contentType = bytes(in, (first << 24) | rest);
                frames.add(new Frame(new String(contentType, StandardCharsets.UTF_8), bytes(in, in.readInt())));
            } catch (EOFException e) {
                throw new BadRequest("the body ends inside record " + frames.size(), e);
            }
        }
    }

    static byte[] write(List<Frame> frames) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Frame frame : frames) {
            byte[] contentType = frame.contentType().getBytes(StandardCharsets.UTF_8);
            out.writeInt(contentType.length);
            out.write(contentType);
            out.writeInt(frame.message().length);
            out.write(frame.message());
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length < 0) {
            throw new BadRequest("a record is longer than 2 GiB");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }
}
