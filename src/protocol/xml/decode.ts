import { isUtf8 } from 'node:buffer';
import { excerpt, xmlError } from './errors.ts';

/** The text of a document as UTF-8 without byte order mark, and the encoding it came in. */
export interface DecodedXml {
  readonly utf8: Uint8Array;
  readonly encoding: 'UTF-8' | 'UTF-16';
}

/** Declared names that agree with what the bytes turned out to be. ASCII is UTF-8 with less in it. */
const DECLARABLE: Readonly<Record<DecodedXml['encoding'], readonly string[]>> = {
  'UTF-8': ['UTF-8', 'US-ASCII', 'ASCII'],
  'UTF-16': ['UTF-16', 'UTF-16LE', 'UTF-16BE'],
};

/**
 * Brings a document to UTF-8. Accepted: UTF-8 with or without byte order mark (eDelivery AS4 1.15 1.4.2.2) and UTF-16
 * with one. Everything else is refused as `xml/encoding`, so that no two readers can see two documents in one.
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf16 = utf16Of(buffer);
  if (utf16 !== undefined) return { utf8: utf16, encoding: 'UTF-16' };
  const utf8 = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? buffer.subarray(3) : buffer;
  if (!isUtf8(utf8)) throw encodingError('The document is not UTF-8.', 'bytes that are not UTF-8');
  return { utf8, encoding: 'UTF-8' };
}

/** Refuses an encoding declaration that contradicts the bytes, as `xml/encoding`. */
export function checkDeclaredEncoding(declared: string | undefined, actual: DecodedXml['encoding']): void {
  if (declared === undefined || DECLARABLE[actual].includes(declared.toUpperCase())) return;
  const found = excerpt(declared, 40);
  throw encodingError(`The XML declaration says ${found}, the document is ${actual}.`, found);
}

function utf16Of(buffer: Buffer): Buffer | undefined {
  const mark = buffer.length < 2 ? 0 : buffer.readUInt16LE(0);
  if (mark !== 0xfeff && mark !== 0xfffe) return undefined;
  if (buffer.length % 2 !== 0)
    throw encodingError('The UTF-16 document ends within a character.', 'an odd length');
  const text = buffer.subarray(2);
  const littleEndian = mark === 0xfeff ? text : Buffer.from(text).swap16();
  try {
    return Buffer.from(new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }).decode(littleEndian));
  } catch (cause) {
    throw encodingError('The document is not UTF-16.', 'half a surrogate pair', cause);
  }
}

function encodingError(message: string, found: string, cause?: unknown): Error {
  return xmlError(
    'xml/encoding',
    message,
    { expected: 'UTF-8, or UTF-16 with a byte order mark', found },
    cause,
  );
}
