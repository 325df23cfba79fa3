import { children, isElement, NS, placeOf } from '../xml/index.ts';
import type { XmlDoc, XmlElement } from '../xml/index.ts';
import { soapError } from './errors.ts';

/** A SOAP 1.2 envelope as it was read; nothing in it is proven. */
export interface SoapEnvelope {
  readonly doc: XmlDoc;
  readonly envelope: XmlElement;
  /** Absent in answers that carry a fault only. */
  readonly header: XmlElement | undefined;
  readonly body: XmlElement;
  /** All header blocks in order, whoever they are for. */
  readonly blocks: readonly XmlElement[];
}

/**
 * Reads a SOAP 1.2 envelope: at most one Header, then exactly one Body, nothing else, no processing instruction (SOAP
 * 1.2 part 1, 5). Throws QuoinError `soap/version-mismatch`, `soap/not-an-envelope`, `soap/malformed-envelope`,
 * `soap/processing-instruction`.
 */
export function readEnvelope(doc: XmlDoc): SoapEnvelope {
  const envelope = doc.root;
  checkVersion(envelope);
  if (doc.processingInstructions > 0) {
    throw soapError('soap/processing-instruction', 'A SOAP message may not hold processing instructions.', {
      field: '/Envelope',
      expected: 'none',
      found: String(doc.processingInstructions),
    });
  }
  const parts = children(envelope);
  const header = parts.length === 2 ? parts[0] : undefined;
  const body = parts[parts.length - 1];
  const isRegular = parts.length <= 2 && (header === undefined || isElement(header, NS.S12, 'Header'));
  if (!isRegular || body === undefined || !isElement(body, NS.S12, 'Body')) throw malformed(envelope, parts);
  return { doc, envelope, header, body, blocks: header === undefined ? [] : children(header) };
}

function checkVersion(root: XmlElement): void {
  if (isElement(root, NS.S12, 'Envelope')) return;
  const found = `{${root.namespaceUri.slice(0, 100)}}${root.name.slice(0, 100)}`;
  const expected = `{${NS.S12}}Envelope`;
  if (root.name !== 'Envelope') {
    throw soapError('soap/not-an-envelope', 'The document is not a SOAP envelope.', {
      field: '/',
      expected,
      found,
    });
  }
  const version = root.namespaceUri === NS.S11 ? 'SOAP 1.1' : 'another version of SOAP';
  throw soapError('soap/version-mismatch', `Only SOAP 1.2 is accepted; this is ${version}.`, {
    field: '/Envelope',
    expected,
    found,
    advice: 'Set PMode[].Protocol.SOAPVersion to 1.2 at the sender.',
  });
}

function malformed(envelope: XmlElement, parts: readonly XmlElement[]): Error {
  return soapError('soap/malformed-envelope', 'The envelope must hold one Header and then one Body.', {
    field: placeOf(envelope),
    expected: 'Header, Body',
    found:
      parts.length === 0
        ? 'nothing'
        : parts
            .slice(0, 4)
            .map((part) => part.name.slice(0, 40))
            .join(', '),
  });
}
