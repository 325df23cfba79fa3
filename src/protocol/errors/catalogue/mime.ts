import type { ErrorRoom } from './types.ts';

/** Multipart messages. */
export const mime: ErrorRoom = {
  about: 'multipart messages',
  note: 'Codes with EBMS:0007 are about messages that came in. The others are about something we were to write.',
  codes: {
    'mime/bad-boundary': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The Content-Type names no boundary of 1 to 70 printable characters.',
      cure: 'The partner, or a proxy that rewrites headers, must send a usable boundary.',
    },
    'mime/bad-content-id': {
      seenBy: 'B D',
      cause: 'A Content-ID that a header cannot carry was to be written.',
      cure: 'Use printable ASCII without spaces and angle brackets, at most 900 characters.',
    },
    'mime/bad-content-type': {
      seenBy: 'B D',
      cause: 'A media type that a header cannot carry was to be written.',
      cure: 'Submit a media type such as `application/pdf`.',
    },
    'mime/boundary-mismatch': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The boundary in the body is not the one of the Content-Type.',
      cure: 'Look for a proxy that rewrites bodies or headers.',
    },
    'mime/boundary-missing': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The body has no boundary line at all.',
      cure: 'The body was cut off or is not multipart.',
    },
    'mime/duplicate-content-id': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'Two parts have Content-IDs that differ in letter case or escaping only, or not at all.',
      cure: 'The partner must give each part an identifier of its own. When submitting: so must the backend.',
    },
    'mime/duplicate-header': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A Content header of a part stands twice.',
      cure: 'The partner must send it once.',
    },
    'mime/epilogue-too-large': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'More than 64 kB follow the closing boundary.',
      cure: "The partner's Content-Length is wrong, or something is smuggled in.",
    },
    'mime/header-too-large': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The headers of a part exceed 16 kB or 64 lines.',
      cure: 'Ordinary parts have three or four lines: ask the partner.',
    },
    'mime/length-mismatch': {
      seenBy: 'O',
      cause: 'A payload has another length than the store says.',
      cure: 'The payload file was changed on disk: compare with a backup.',
    },
    'mime/malformed-base64': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A part says base64 and is not.',
      cure: 'The partner must encode it correctly; best is `binary`.',
    },
    'mime/malformed-cid': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A reference to a part is no `cid:` URL, or hides control characters.',
      cure: 'The partner must write `cid:` and the Content-ID.',
    },
    'mime/malformed-content-id': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A Content-ID is empty or holds white space or controls.',
      cure: 'The partner must correct it.',
    },
    'mime/malformed-content-type': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A Content-Type cannot be read or could be read in two ways.',
      cure: 'The partner must send each parameter once.',
    },
    'mime/malformed-header': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A header of a part cannot be read.',
      cure: 'The partner must correct it.',
    },
    'mime/malformed-quoted-printable': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A part says quoted-printable and is not.',
      cure: 'The partner must encode it correctly; best is `binary`.',
    },
    'mime/nested-multipart': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A part is itself multipart.',
      cure: 'AS4 puts parts side by side: the partner must not nest them.',
    },
    'mime/no-parts': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The closing boundary comes first.',
      cure: 'The message is empty: ask the partner.',
    },
    'mime/not-multipart': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The body is no multipart message.',
      cure: 'Check the Content-Type the partner sends.',
    },
    'mime/part-skipped': {
      seenBy: 'D',
      cause: 'A part was read after the next one had been asked for.',
      cure: 'A defect: report it.',
    },
    'mime/too-large': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The SOAP part, or an answer to a push, exceeds its limit.',
      cure: 'Ordinary ones are a few kB: find out what grew, before raising `limits.envelopeSize` or `limits.replySize`.',
    },
    'mime/too-many-parts': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'More parts than `limits.parts`.',
      cure: 'Agree on fewer parts, or raise the limit.',
    },
    'mime/truncated': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The body ends before its closing boundary.',
      cure: 'The transfer was cut off; the partner sends again by itself.',
    },
    'mime/unknown-encoding': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A transfer encoding that does not exist.',
      cure: 'The partner should use `binary`.',
    },
  },
};
