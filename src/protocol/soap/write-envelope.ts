import { element, NS } from '../xml/index.ts';

/** What goes into an envelope; blocks and body content are finished XML text that declares its own namespaces. */
export interface EnvelopeContent {
  readonly blocks: readonly string[];
  /** `wsu:Id` of the Body, so that a signature can name it; undefined for an envelope that is not signed. */
  readonly bodyId: string | undefined;
  /** Only a fault ever stands there: payload travels as MIME parts (eDelivery AS4 1.15 1.4.2.3). */
  readonly bodyContent?: string | undefined;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * A SOAP 1.2 envelope as text, prefix S12. The Body declares wsu itself: what surrounds an element never changes its
 * exclusive canonical form.
 */
export function writeEnvelope({ blocks, bodyId, bodyContent = '' }: EnvelopeContent): {
  readonly xml: string;
} {
  const identity = bodyId === undefined ? {} : { 'xmlns:wsu': NS.WSU, 'wsu:Id': bodyId };
  const header = element('S12:Header', {}, ...blocks);
  const body = element('S12:Body', identity, bodyContent);
  return { xml: DECLARATION + element('S12:Envelope', { 'xmlns:S12': NS.S12 }, header, body) };
}
