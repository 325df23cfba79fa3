/** A stable error name, `room/what-went-wrong` in kebab case, for example `mime/boundary-missing`. Listed in docs/errors.md. */
export type ErrorCode = `${string}/${string}`;

/** An ebMS error code as it stands on the wire (ebMS3 core 6.7, AS4 3.x), for example `EBMS:0101`. */
export type EbmsErrorCode = `EBMS:${string}`;
