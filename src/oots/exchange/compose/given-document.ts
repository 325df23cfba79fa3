import { isQuoinError } from '../../../protocol/errors/index.ts';
import { readExchangeDocument } from '../../read-document.ts';
import type { DocumentKind, ExchangeDocument } from '../../read-document.ts';
import { versionOf } from '../../versions.ts';
import type { EdmVersion } from '../../versions.ts';
import { wishError } from '../refuse-wish.ts';

/** RegRep XML that a backend gave to be sent as it is, with what it says. */
export type GivenDocument<K extends DocumentKind> = Extract<ExchangeDocument, { readonly kind: K }> & {
  readonly version: EdmVersion;
  /** Exactly what was given. */
  readonly bytes: Uint8Array;
};

const ENCODING = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']/;

/**
 * Reads a document that is to be sent byte for byte. Throws `oots/unreadable-document` for what is no such document,
 * `oots/unknown-version` for a version that is not known here; both name `document`.
 */
export function readGiven<K extends DocumentKind>(text: string, kinds: readonly K[]): GivenDocument<K> {
  requireUtf8(text);
  const bytes = Buffer.from(text);
  const { exchange, findings } = readBytes(bytes);
  if (!isOneOf(exchange, kinds)) {
    const [first] = findings;
    throw wishError('oots/unreadable-document', `The document is no ${NAMES[kinds[0]!]}.`, {
      field: 'document',
      expected: kinds.map((kind) => NAMES[kind]).join(' or '),
      found:
        exchange === undefined ? `${first?.field ?? ''} ${first?.found ?? ''}`.trim() : NAMES[exchange.kind],
    });
  }
  const announced = exchange.document.specificationIdentifier?.trim();
  const version = versionOf(announced);
  if (version === undefined)
    throw wishError('oots/unknown-version', 'The document announces a version that is not known here.', {
      field: 'document',
      expected: 'oots-edm:v1.0, v1.1, v1.2 or v2.0 in the slot SpecificationIdentifier',
      found: announced ?? 'nothing',
    });
  return { ...exchange, version, bytes };
}

function isOneOf<K extends DocumentKind>(
  exchange: ExchangeDocument | undefined,
  kinds: readonly K[],
): exchange is Extract<ExchangeDocument, { readonly kind: K }> {
  return exchange !== undefined && (kinds as readonly DocumentKind[]).includes(exchange.kind);
}

const NAMES: Readonly<Record<DocumentKind, string>> = {
  request: 'Evidence Request (query:QueryRequest)',
  response: 'Evidence Response (query:QueryResponse)',
  error: 'Error Response (query:QueryResponse with an exception)',
};

function readBytes(bytes: Uint8Array): ReturnType<typeof readExchangeDocument> {
  try {
    return readExchangeDocument(bytes);
  } catch (error) {
    if (!isQuoinError(error)) throw error;
    throw wishError('oots/unreadable-document', `The document cannot be read: ${error.message}`, {
      field: 'document',
      expected: error.finding?.expected,
      found: error.finding?.found,
    });
  }
}

/** It came as text, and goes out as UTF-8: whoever reads it must not be told something else. */
function requireUtf8(text: string): void {
  const encoding = ENCODING.exec(text)?.[1];
  if (encoding === undefined || encoding.toLowerCase() === 'utf-8') return;
  throw wishError(
    'oots/unreadable-document',
    'The document says it is in another encoding than it is sent in.',
    {
      field: 'document',
      expected: 'UTF-8, or no encoding in the XML declaration',
      found: encoding,
    },
  );
}
