package quoin.interop.phase4;

/** The caller asked for something that cannot be done as asked; answered as HTTP 400 with the message. */
final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRequest(String message) {
        super(message);
    }

    BadRequest(String message, Throwable cause) {
        super(message, cause);
    }
}
