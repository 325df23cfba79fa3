import { attribute, children, element, escapeText, isElement, ownTextOf } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { Keeping, Kept } from '../model/kept.ts';
import { displayName, NAMESPACES } from '../namespaces.ts';
import { unfit } from './codec.ts';
import type { ElementCodec, Reading, Writing } from './codec.ts';
import { Keeper, keptAttributes, writeKeptElement } from './kept.ts';
import type { AttributeMember, ElementMember, Member } from './members.ts';
import { childPlaces } from './places.ts';

/** A row for each property, in the order their elements are written. */
export type Members<T> = { readonly [K in Exclude<keyof T, 'kept'>]-?: Member<NonNullable<T[K]>> };

type Values = Record<string, unknown>;
type Row<M> = readonly [key: string, member: M];

/** `xsi:type` of an element whose type decides how it is read; written by the codec itself. */
export interface StructureOptions {
  readonly type?: string;
}

/**
 * The codec of an element that is an object: attributes, own text and elements by a table. What the table does not name
 * is kept with its place; an element that lacks what it must have is unfit.
 */
export function structure<T extends Keeping>(
  members: Members<T>,
  options: StructureOptions = {},
): ElementCodec<T> {
  const rows: Row<Member<unknown>>[] = Object.entries(members as Record<string, Member<unknown>>);
  const table: Table = {
    attributes: rows.filter(isAttribute),
    text: rows.find(([, { kind }]) => kind === 'text')?.[0],
    elements: rows.filter(isElementRow),
    type: options.type,
  };
  return {
    read: (found, place, reading) => readStructure(table, found, place, reading) as T | undefined,
    write: (name, value, writing) => writeStructure(table, name, value, writing),
  };
}

interface Table {
  readonly attributes: readonly Row<AttributeMember<unknown>>[];
  readonly text: string | undefined;
  readonly elements: readonly Row<ElementMember<unknown>>[];
  readonly type: string | undefined;
}

function isAttribute(row: Row<Member<unknown>>): row is Row<AttributeMember<unknown>> {
  return row[1].kind === 'attribute';
}

function isElementRow(row: Row<Member<unknown>>): row is Row<ElementMember<unknown>> {
  return row[1].kind === 'element';
}

function readStructure(table: Table, found: XmlElement, place: string, reading: Reading): Values | undefined {
  const keeper = new Keeper();
  const values: Values = {};
  readAttributes(table, found, place, reading, values, keeper);
  const order = readElements(table, found, place, reading, values, keeper);
  const stray = table.text === undefined && ownTextOf(found).trim() !== '';
  if (stray) return unfit(reading, { check: 'elements-only', field: place, expected: 'elements only' });
  if (table.text !== undefined) {
    if (children(found).length > 0) return unfit(reading, { check: 'text-only', field: place });
    values[table.text] = ownTextOf(found);
  }
  const missing = missingIn(table, values);
  if (missing !== undefined) {
    return unfit(reading, { check: 'missing', field: `${place}/${missing}`, expected: 'a value' });
  }
  const kept = keeper.result(order);
  return kept === undefined ? values : { ...values, kept };
}

function readAttributes(
  table: Table,
  found: XmlElement,
  place: string,
  reading: Reading,
  values: Values,
  keeper: Keeper,
): void {
  for (const attr of found.attrs) {
    const isType = attr.name === 'type' && attr.namespaceUri === NAMESPACES.xsi;
    if (isType && table.type !== undefined) continue;
    const row = table.attributes.find(
      ([, { name }]) => name.local === attr.name && name.namespace === attr.namespaceUri,
    );
    if (row !== undefined) {
      values[row[0]] = attr.value;
      continue;
    }
    keeper.attribute(attr);
    reading.note({ check: 'unknown-attribute', field: `${place}/@${displayName(attr)}` });
  }
}

/** Reads the elements inside; the order of what was read, where it is not that of the table. */
function readElements(
  table: Table,
  found: XmlElement,
  place: string,
  reading: Reading,
  values: Values,
  keeper: Keeper,
): readonly string[] | undefined {
  const places = childPlaces(found, place);
  const order: string[] = [];
  children(found).forEach((child, at) => {
    const where = places[at]!;
    const row = rowFor(table, child);
    const value =
      row === undefined ? unknown(child, where, reading) : readOne(row, child, where, reading, values);
    if (row === undefined || value === undefined) {
      keeper.element(at, child);
      return;
    }
    const [key, { repeated, codec }] = row;
    order.push(key);
    if (repeated) ((values[key] ??= []) as unknown[]).push(value);
    else values[key] = value;
    const aside = codec.aside?.(child);
    if (aside !== undefined) keeper.aside(key, aside);
  });
  return isOrderOf(table, order) ? undefined : order;
}

function readOne(
  [key, { repeated, codec }]: Row<ElementMember<unknown>>,
  child: XmlElement,
  place: string,
  reading: Reading,
  values: Values,
): unknown {
  if (!repeated && values[key] !== undefined) {
    return unfit(reading, { check: 'repeated', field: place, expected: 'one', found: 'more than one' });
  }
  return codec.read(child, place, reading);
}

function unknown(child: XmlElement, place: string, reading: Reading): undefined {
  return unfit(reading, { check: 'unknown-element', field: place, found: displayName(child) });
}

function rowFor(table: Table, child: XmlElement): Row<ElementMember<unknown>> | undefined {
  return table.elements.find(
    ([, { name, slot }]) =>
      isElement(child, name.namespace, name.local) &&
      (slot === undefined || attribute(child, 'name') === slot),
  );
}

function isOrderOf(table: Table, order: readonly string[]): boolean {
  const positions = order.map((key) => table.elements.findIndex(([known]) => known === key));
  return positions.every((position, index) => index === 0 || positions[index - 1]! <= position);
}

/** How the first thing that is missing is called. */
function missingIn(table: Table, values: Values): string | undefined {
  const lacks = ([key, { required }]: Row<{ readonly required: boolean }>): boolean =>
    required && values[key] === undefined;
  const attr = table.attributes.find(lacks);
  if (attr !== undefined) return `@${attr[1].written}`;
  return table.elements.find(lacks)?.[1].written;
}

function writeStructure(table: Table, name: string, value: Keeping, writing: Writing): string {
  const values = value as Values;
  const attributes: Record<string, string | undefined> = {};
  if (table.type !== undefined) attributes['xsi:type'] = table.type;
  for (const [key, { written }] of table.attributes) attributes[written] = values[key] as string | undefined;
  Object.assign(attributes, keptAttributes(value.kept));
  if (table.text !== undefined) return element(name, attributes, escapeText(values[table.text] as string));
  return element(name, attributes, ...withKept(value.kept, writeElements(table, value, writing)));
}

function writeElements(table: Table, value: Keeping, writing: Writing): readonly string[] {
  const queues = new Map<string, string[]>();
  for (const [key, { written, repeated, codec }] of table.elements) {
    const content = (value as Values)[key];
    if (content === undefined) continue;
    const items = repeated ? (content as readonly unknown[]) : [content];
    queues.set(
      key,
      items.map((item) => codec.write(written, item, writing, value.kept?.asides?.[key])),
    );
  }
  // First as they once stood, then whatever has been added since.
  const remembered = (value.kept?.order ?? []).flatMap((key) => queues.get(key)?.splice(0, 1) ?? []);
  return [...remembered, ...[...queues.values()].flat()];
}

/** Puts kept elements back where they stood. */
function withKept(kept: Kept | undefined, pieces: readonly string[]): readonly string[] {
  const all = [...pieces];
  const elements = [...(kept?.elements ?? [])].sort((a, b) => a.at - b.at);
  for (const found of elements) all.splice(found.at, 0, writeKeptElement(found));
  return all;
}
