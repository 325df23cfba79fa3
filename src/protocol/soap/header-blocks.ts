import { attribute, isElement, NS, placeOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import type { SoapEnvelope } from './envelope.ts';
import { soapError } from './errors.ts';

/** The name of a header block that a node processes. */
export interface BlockName {
  readonly ns: string;
  readonly name: string;
}

/** Roles this node acts in: the last receiver, and whoever comes next (SOAP 1.2 part 1, 2.2). */
const OUR_ROLES: readonly string[] = ['', `${NS.S12}/role/ultimateReceiver`, `${NS.S12}/role/next`];

/** The lexical forms of xs:boolean. */
const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The header blocks of one name that are addressed to us; those for other roles are as if they were not there. */
export function blocksFor(envelope: SoapEnvelope, ns: string, name: string): readonly XmlElement[] {
  return envelope.blocks.filter((block) => isElement(block, ns, name) && isForUs(block));
}

/**
 * Every block that is addressed to us and must be understood has to be one of `understood` (SOAP 1.2 part 1, 5.2.3).
 * Throws QuoinError `soap/must-understand` whose finding names the block as `{namespace}name`, and
 * `soap/malformed-header` for a mustUnderstand that is no boolean.
 */
export function checkMustUnderstand(envelope: SoapEnvelope, understood: readonly BlockName[]): void {
  for (const block of envelope.blocks) {
    if (!isForUs(block) || !mustUnderstand(block)) continue;
    if (understood.some(({ ns, name }) => isElement(block, ns, name))) continue;
    const found = `{${block.namespaceUri}}${block.name}`.slice(0, 400);
    throw soapError('soap/must-understand', `The header block ${found} must be understood and is not.`, {
      field: placeOf(block),
      expected: 'a header block of this profile',
      found,
      advice: 'The sender uses a SOAP feature outside eDelivery AS4; it must be switched off there.',
    });
  }
}

function isForUs(block: XmlElement): boolean {
  return OUR_ROLES.includes((attribute(block, 'role', NS.S12) ?? '').trim());
}

function mustUnderstand(block: XmlElement): boolean {
  const text = attribute(block, 'mustUnderstand', NS.S12);
  if (text === undefined) return false;
  const value = BOOLEANS.get(text.trim());
  if (value !== undefined) return value;
  throw soapError('soap/malformed-header', 'mustUnderstand must be true or false.', {
    field: `${placeOf(block)}/@mustUnderstand`,
    expected: 'true, false, 1 or 0',
    found: text.slice(0, 40),
  });
}
