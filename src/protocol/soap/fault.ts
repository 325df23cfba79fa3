import { attribute, children, element, escapeText, isElement, NS } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { writeEnvelope } from './write-envelope.ts';

/** The fault codes we send (SOAP 1.2 part 1, 5.4.6). */
export type FaultCode = 'Sender' | 'Receiver' | 'MustUnderstand' | 'VersionMismatch';

/** A fault to be sent. `reason` goes to the partner: nothing that tells about our insides. */
export interface Fault {
  readonly code: FaultCode;
  readonly reason: string;
  /** For MustUnderstand: the block as `{namespace}name`, as `soap/must-understand` reports it. */
  readonly notUnderstood?: string | undefined;
}

/** A fault as a partner sent it, shortened; `code` is the local name, which some partners make up. */
export interface ReceivedFault {
  readonly code: string;
  readonly subcode?: string | undefined;
  readonly reason: string;
  /** Text of the Detail element. */
  readonly detail?: string | undefined;
}

/** Longest text that is taken over from a partner's fault, in characters. */
const MAX_TEXT = 500;

/** The `S12:Fault` element as text, for the Body; its prefix S12 is declared on the envelope. */
export function writeFault(fault: Fault): string {
  return element(
    'S12:Fault',
    {},
    element('S12:Code', {}, element('S12:Value', {}, `S12:${fault.code}`)),
    element('S12:Reason', {}, element('S12:Text', { 'xml:lang': 'en' }, escapeText(fault.reason))),
  );
}

/**
 * A whole fault message, unsigned, with the header blocks that belong to its code: NotUnderstood (SOAP 1.2 part 1,
 * 5.4.8) or Upgrade (5.4.7).
 */
export function writeFaultEnvelope(fault: Fault): { readonly xml: string } {
  return writeEnvelope({ blocks: faultBlocks(fault), bodyId: undefined, bodyContent: writeFault(fault) });
}

/** The fault in a Body; undefined when there is none. Lenient: faults are read to be shown, never to be believed. */
export function readFault(body: XmlElement): ReceivedFault | undefined {
  const fault = children(body).find((child) => isElement(child, NS.S12, 'Fault'));
  if (fault === undefined) return undefined;
  const code = named(fault, 'Code');
  const subcode = localPart(named(named(code, 'Subcode'), 'Value'));
  const detail = shortText(named(fault, 'Detail'));
  return {
    code: localPart(named(code, 'Value')),
    subcode: subcode === '' ? undefined : subcode,
    reason: reasonOf(named(fault, 'Reason')),
    detail: detail === '' ? undefined : detail,
  };
}

function faultBlocks({ code, notUnderstood }: Fault): string[] {
  if (code === 'VersionMismatch') {
    const supported = element('S12:SupportedEnvelope', { qname: 'S12:Envelope' });
    return [element('S12:Upgrade', {}, supported)];
  }
  const parts = /^\{([^}]*)\}(.+)$/.exec(notUnderstood ?? '');
  if (parts === null) return [];
  const [, ns, name] = parts;
  return ns === ''
    ? [element('S12:NotUnderstood', { qname: name })]
    : [element('S12:NotUnderstood', { 'xmlns:q': ns, qname: `q:${name}` })];
}

function named(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent && children(parent).find((child) => isElement(child, NS.S12, name));
}

/** The English reason, or the first. */
function reasonOf(reason: XmlElement | undefined): string {
  const texts = reason === undefined ? [] : children(reason);
  const english = texts.find((text) => /^en\b/i.test(attribute(text, 'lang', NS.XML) ?? ''));
  return shortText(english ?? texts[0]);
}

function localPart(value: XmlElement | undefined): string {
  const text = shortText(value);
  return text.slice(text.lastIndexOf(':') + 1);
}

function shortText(element: XmlElement | undefined): string {
  const text = (element?.content ?? '').replace(/\s+/g, ' ').trim();
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
}
