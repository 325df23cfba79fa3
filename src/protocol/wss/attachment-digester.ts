import { createHash } from 'node:crypto';
import { canonicalizeDocument, withXml } from '../xml/index.ts';
import { describeError, isQuoinError } from '../errors/index.ts';
import type { Refusal } from '../errors/index.ts';
import { failedAuthentication, policyNoncompliance } from './refusals.ts';

/** How the Attachment-Content-Signature-Transform treats a media type (WSS SwA 1.1.1 5.4.2). */
export type AttachmentTreatment = 'canonical-xml' | 'crlf-text' | 'raw';

/** 16 MiB: the largest uncompressed XML part whose canonical form is made in memory. */
export const DEFAULT_MAX_CANONICAL_BYTES = 16 * 1024 * 1024;

const TREATMENTS: readonly (readonly [RegExp, AttachmentTreatment])[] = [
  [/^(?:text|application)\/xml/i, 'canonical-xml'],
  [/^(?:application|image)\/.*\+xml/i, 'canonical-xml'],
  [/^text\//i, 'crlf-text'],
];

/**
 * The treatment for a media type, parameters and all, decided by its beginning and without regard to case, as WSS4J
 * decides it. The type is that of the part before encryption, after compression.
 */
export function attachmentTreatment(mimeType: string): AttachmentTreatment {
  return TREATMENTS.find(([pattern]) => pattern.test(mimeType))?.[1] ?? 'raw';
}

/** Takes the decoded content of a part as it streams and yields its digest at the end. */
export interface AttachmentDigester {
  update(chunk: Uint8Array): void;
  /** Once, after the last chunk. */
  digest(): Buffer;
}

/**
 * The digest of an attachment as `ds:Reference` wants it: SHA-256 over the Attachment-Content-Signature-Transform of
 * the content (WSS SwA 1.1.1 5.4.2, eDelivery AS4 1.15 1.4.2.6). The media type may be a function, asked when the
 * first chunk or the end comes, for a type that stands inside the ciphertext. XML content is held in memory up to
 * `maxCanonicalBytes`; above it EBMS:0103 `wss/attachment-too-large`; with a DTD or not well-formed EBMS:0101
 * `wss/attachment-not-canonical`.
 */
export function attachmentDigester(
  mimeType: string | (() => string),
  options: { readonly maxCanonicalBytes?: number | undefined } = {},
): AttachmentDigester {
  const limit = options.maxCanonicalBytes ?? DEFAULT_MAX_CANONICAL_BYTES;
  let inner: AttachmentDigester | undefined;
  const begun = () => {
    const type = typeof mimeType === 'string' ? mimeType : mimeType();
    return (inner ??= DIGESTERS[attachmentTreatment(type)](type, limit));
  };
  return { update: (chunk) => begun().update(chunk), digest: () => begun().digest() };
}

const DIGESTERS: Readonly<
  Record<AttachmentTreatment, (mimeType: string, limit: number) => AttachmentDigester>
> = { raw: rawDigester, 'crlf-text': crlfDigester, 'canonical-xml': canonicalDigester };

function rawDigester(): AttachmentDigester {
  const hash = createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

const CR = 0x0d;
const LF = 0x0a;
/** Long chunks are normalised piece by piece, so that the room for them stays small. */
const PIECE = 65_536;

function crlfDigester(): AttachmentDigester {
  const hash = createHash('sha256');
  let afterCr = false;
  const normalize = (piece: Uint8Array): Buffer => {
    const out = Buffer.allocUnsafe(piece.length * 2);
    let length = 0;
    for (const byte of piece) {
      const isBreak = byte === CR || (byte === LF && !afterCr);
      if (isBreak) {
        out[length++] = CR;
        out[length++] = LF;
      } else if (byte !== LF) {
        out[length++] = byte;
      }
      afterCr = byte === CR;
    }
    return out.subarray(0, length);
  };
  return {
    update: (chunk) => {
      for (let at = 0; at < chunk.length; at += PIECE) hash.update(normalize(chunk.subarray(at, at + PIECE)));
    },
    digest: () => hash.digest(),
  };
}

function canonicalDigester(mimeType: string, limit: number): AttachmentDigester {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    update: (chunk) => {
      size += chunk.length;
      if (size > limit) throw tooLarge(mimeType, limit);
      // A copy: the source may use its buffer again.
      chunks.push(Buffer.from(chunk));
    },
    digest: () =>
      createHash('sha256')
        .update(canonicalForm(Buffer.concat(chunks), mimeType, limit))
        .digest(),
  };
}

function canonicalForm(content: Buffer, mimeType: string, limit: number): Buffer {
  try {
    return withXml(content, canonicalLimits(limit), canonicalizeDocument);
  } catch (error) {
    if (!isQuoinError(error)) throw error;
    throw failedAuthentication(
      'wss/attachment-not-canonical',
      `An uncompressed ${mimeType} part has no canonical form: ${error.message}`,
      {
        check: 'attachment-canonical-form',
        expected: 'well-formed XML without a DTD',
        found: describeError(error),
        advice:
          'Compress the part, or send it under a media type that is not XML: its digest is then over its bytes.',
      },
    );
  }
}

/** An attachment may be far larger than an envelope; a tree of it takes some hundred bytes an element, which bounds them. */
function canonicalLimits(maxBytes: number): { maxBytes: number; maxElements: number; maxDepth: number } {
  return { maxBytes, maxElements: Math.max(20_000, Math.ceil(maxBytes / 64)), maxDepth: 256 };
}

function tooLarge(mimeType: string, limit: number): Refusal {
  return policyNoncompliance(
    'wss/attachment-too-large',
    `An uncompressed ${mimeType} part is larger than ${limit} bytes, the most that is canonicalised`,
    {
      check: 'attachment-canonical-size',
      expected: `at most ${limit} bytes`,
      found: `more than ${limit} bytes`,
      advice: 'Compress the part (its digest is then over its bytes), or raise maxCanonicalBytes.',
    },
  );
}
