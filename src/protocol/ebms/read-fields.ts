import { QuoinError, Refusal, isQuoinError } from '../errors/index.ts';
import type { EbmsErrorCode, ErrorCode, Finding } from '../errors/index.ts';
import { NS, attribute, children, ownTextOf, placeOf, strictTextOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { LEAF_ATTRIBUTES, SHAPES } from './shapes.ts';
import type { LeafName, Shape, ShapeName } from './shapes.ts';
import { checkValue, excerpt, treatWhiteSpace } from './values.ts';
import type { ValueKind } from './values.ts';

/** A header that is refused, EBMS:0009 unless another code says it better. */
export function refuseHeader(
  message: string,
  finding: Finding,
  options: { ebms?: EbmsErrorCode; code?: ErrorCode; cause?: unknown } = {},
): Refusal {
  const { ebms = 'EBMS:0009', code = 'ebms/invalid-header', cause } = options;
  return new Refusal(ebms, code, message, { finding, cause });
}

/** The children of an element by local name, in document order, after its shape has been checked. */
export interface Fields {
  readonly element: XmlElement;
  /** The only child of that name; for children the shape requires. */
  required(name: string): XmlElement;
  optional(name: string): XmlElement | undefined;
  all(name: string): readonly XmlElement[];
}

/**
 * Checks an element against its row of the shape table: known children as often as allowed, in any order, no text
 * between them, no unknown unqualified attribute. Throws Refusal EBMS:0009 naming the place.
 */
export function readShape(element: XmlElement, name: ShapeName): Fields {
  const shape: Shape = SHAPES[name];
  const found = new Map<string, XmlElement[]>(Object.keys(shape.children).map((child) => [child, []]));
  const elements = children(element);
  for (const child of elements) {
    const list = child.namespaceUri === NS.EB ? found.get(child.name) : undefined;
    if (list !== undefined) list.push(child);
    else if (child.namespaceUri === NS.EB || shape.open !== true) refuseChild(element, child);
  }
  for (const [child, list] of found) checkCount(element, child, list.length, shape);
  checkAttributes(element, shape.attributes);
  checkNoText(element);
  const all = (child: string): readonly XmlElement[] => found.get(child) ?? [];
  return {
    element,
    all,
    optional: (child) => all(child)[0],
    required(child) {
      const only = all(child)[0];
      if (only === undefined) throw new QuoinError('ebms/shape-table', `${name} does not require ${child}`);
      return only;
    },
  };
}

function refuseChild(element: XmlElement, child: XmlElement): never {
  const field = placeOf(element);
  throw refuseHeader(`${field} holds an element it may not hold: ${excerpt(child.name)}`, {
    check: 'header-shape',
    field,
    expected: 'only the elements of the ebMS 3.0 header schema',
    found: excerpt(`{${child.namespaceUri}}${child.name}`),
  });
}

function checkCount(element: XmlElement, name: string, count: number, shape: Shape): void {
  const { min, max } = shape.children[name] ?? { min: 0, max: 0 };
  if (count >= min && count <= max) return;
  const field = `${placeOf(element)}/eb:${name}`;
  const expected = min === max ? `exactly ${min}` : `${min} to ${max}`;
  const finding = { check: 'header-shape', field, expected, found: String(count) };
  throw refuseHeader(`${field} stands ${count} times`, finding);
}

/** Attributes of other namespaces carry no ebMS meaning and are passed over; an unqualified stranger is a mistake. */
function checkAttributes(element: XmlElement, allowed: readonly string[]): void {
  const stranger = element.attrs.find(({ name, namespaceUri }) =>
    namespaceUri === '' ? !allowed.includes(name) : namespaceUri === NS.EB,
  );
  if (stranger === undefined) return;
  const field = `${placeOf(element)}/@${excerpt(stranger.name)}`;
  const expected = allowed.length === 0 ? 'no attribute' : allowed.join(', ');
  const finding = { check: 'header-attributes', field, expected, found: excerpt(stranger.name) };
  throw refuseHeader(`${field} is not an attribute of this element`, finding);
}

function checkNoText(element: XmlElement): void {
  if (/^[ \t\r\n\ufeff]*$/.test(ownTextOf(element))) return;
  const field = placeOf(element);
  const finding = { check: 'header-shape', field, expected: 'elements only', found: 'text' };
  throw refuseHeader(`${field} holds text between its elements`, finding);
}

/**
 * The text of an element as its type means it. Comments, processing instructions and elements inside a value are
 * refused, so that the value read is the value signed. Throws Refusal EBMS:0009.
 */
export function readText(element: XmlElement, kind: ValueKind): string {
  checkAttributes(element, LEAF_ATTRIBUTES[element.name as LeafName]);
  return checked(kind, leafText(element), () => placeOf(element));
}

function leafText(element: XmlElement): string {
  try {
    return strictTextOf(element);
  } catch (cause) {
    if (!isQuoinError(cause)) throw cause;
    const field = placeOf(element);
    const finding = { check: 'header-shape', field, expected: 'text only', found: 'markup' };
    throw refuseHeader(`${field} holds more than text`, finding, { cause });
  }
}

function checked(kind: ValueKind, raw: string, place: () => string): string {
  const text = treatWhiteSpace(kind, raw);
  const finding = checkValue(kind, text, place);
  if (finding === undefined) return text;
  throw refuseHeader(
    `${finding.field ?? 'a value'} is not ${finding.expected ?? 'as it should be'}`,
    finding,
  );
}

/** An optional attribute; an empty one counts as absent. Throws Refusal EBMS:0009. */
export function readAttribute(element: XmlElement, name: string, kind: ValueKind): string | undefined {
  const raw = attribute(element, name);
  if (raw === undefined || raw === '') return undefined;
  return checked(kind, raw, () => `${placeOf(element)}/@${name}`);
}

/** An attribute the schema requires. Throws Refusal EBMS:0009. */
export function requireAttribute(element: XmlElement, name: string, kind: ValueKind): string {
  return checked(kind, attribute(element, name) ?? '', () => `${placeOf(element)}/@${name}`);
}

/** The object without the members that are undefined, so that what was absent stays absent. */
export function present<T extends object>(record: T): T {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) found[name] = value;
  return found as T;
}
