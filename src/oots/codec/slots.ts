import {
  attribute,
  children,
  element,
  escapeText,
  isElement,
  ownTextOf,
  textOf,
} from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { displayName, localType, NAMESPACES, qualified } from '../namespaces.ts';
import type { EdmVersion } from '../versions.ts';
import { unfit } from './codec.ts';
import type { ElementCodec, Reading, Writing } from './codec.ts';
import type { Member } from './members.ts';
import { childPlaces } from './places.ts';

/** How the value of a slot is read and written (RegRep 4.0, rim 2.10). */
export interface SlotValueCodec<V> {
  /** The value type, without prefix. */
  typeIn(version: EdmVersion): string;
  read(slotValue: XmlElement, place: string, reading: Reading): V | undefined;
  write(value: V, writing: Writing): string;
  /** Attributes of the slot value beside its type. */
  attributes?(aside: string | undefined): Record<string, string | undefined>;
  aside?(slotValue: XmlElement): string | undefined;
}

/** A set, as every collection of the model is (R-EDM-REQ-S053). */
export const COLLECTION_TYPE = 'urn:oasis:names:tc:ebxml-regrep:CollectionType:Set';

/** At most one slot of a name. */
export function slot<V>(name: string, value: SlotValueCodec<V>): Member<V> {
  const written = 'rim:Slot';
  return {
    kind: 'element',
    written,
    name: qualified(written),
    slot: name,
    required: false,
    repeated: false,
    codec: slotCodec(name, value),
  };
}

function slotCodec<V>(name: string, codec: SlotValueCodec<V>): ElementCodec<V> {
  return {
    read(found, place, reading) {
      const type = codec.typeIn(reading.version);
      const value = onlyValueOf(found);
      if (value === undefined || localType(value) !== type || !isPlain(value)) {
        return unfit(reading, {
          check: 'slot-value',
          field: place,
          expected: `one rim:SlotValue of rim:${type}`,
          found: foundIn(found),
        });
      }
      return codec.read(value, childPlaces(found, place)[0]!, reading);
    },
    write: (written, value, writing, aside) =>
      element(
        written,
        { name },
        element(
          'rim:SlotValue',
          { 'xsi:type': `rim:${codec.typeIn(writing.version)}`, ...codec.attributes?.(aside) },
          codec.write(value, writing),
        ),
      ),
    aside: (found) => codec.aside?.(onlyValueOf(found)!),
  };
}

/** The one value of a slot that has nothing beside its name and value. */
function onlyValueOf(found: XmlElement): XmlElement | undefined {
  const [value, ...more] = children(found);
  const isSimple = found.attrs.length === 1 && more.length === 0 && holdsNoText(found);
  return isSimple && value !== undefined && isElement(value, NAMESPACES.rim, 'SlotValue') ? value : undefined;
}

/** True when a slot value has no attributes the model does not know. */
function isPlain(value: XmlElement): boolean {
  return (
    holdsNoText(value) &&
    value.attrs.every(
      ({ name, namespaceUri, value: text }) =>
        (name === 'type' && namespaceUri === NAMESPACES.xsi) ||
        (name === 'collectionType' && text !== '' && localType(value) === 'CollectionValueType'),
    )
  );
}

/** Text between elements has no place in a value, so what holds any is kept as it is. */
function holdsNoText(element: XmlElement): boolean {
  return ownTextOf(element).trim() === '';
}

function foundIn(found: XmlElement): string {
  const described = children(found).map(
    (child) => attribute(child, 'type', NAMESPACES.xsi) ?? displayName(child),
  );
  return described.slice(0, 3).join(', ') || 'nothing';
}

const valueText = (slotValue: XmlElement, place: string, reading: Reading): string | undefined => {
  const [value, ...more] = children(slotValue);
  const fits = value !== undefined && more.length === 0 && isElement(value, NAMESPACES.rim, 'Value');
  if (fits && children(value).length === 0 && value.attrs.length === 0) return textOf(value);
  return unfit(reading, { check: 'slot-value', field: place, expected: 'one rim:Value with text' });
};

const textValue = (type: string): SlotValueCodec<string> => ({
  typeIn: () => type,
  read: valueText,
  write: (value) => element('rim:Value', {}, escapeText(value)),
});

/** A slot that holds a text. */
export const STRING = textValue('StringValueType');

/** A slot that holds an `xs:dateTime`, which stays the text it is. */
export const DATE_TIME = textValue('DateTimeValueType');

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** A slot that holds true or false; `1` and `0` are read and written as words. */
export const BOOLEAN: SlotValueCodec<boolean> = {
  typeIn: () => 'BooleanValueType',
  read(slotValue, place, reading) {
    const text = valueText(slotValue, place, reading);
    if (text === undefined) return undefined;
    const value = BOOLEANS[text.trim()];
    return (
      value ?? unfit(reading, { check: 'boolean', field: place, expected: 'true or false', found: text })
    );
  },
  write: (value) => element('rim:Value', {}, String(value)),
};

/** The one element of a slot value, or of an element of a collection. */
function readOnly<T>(
  name: string,
  codec: ElementCodec<T>,
  holder: XmlElement,
  place: string,
  reading: Reading,
): T | undefined {
  const { namespace, local } = qualified(name);
  const [content, ...more] = children(holder);
  if (content !== undefined && more.length === 0 && isElement(content, namespace, local)) {
    return codec.read(content, childPlaces(holder, place)[0]!, reading);
  }
  return unfit(reading, {
    check: 'slot-value',
    field: place,
    expected: `one ${name}`,
    found: content === undefined ? 'nothing' : children(holder).map(displayName).slice(0, 3).join(', '),
  });
}

/** A slot that holds one element of the SDG model. */
export function anyValue<T>(name: string, codec: ElementCodec<T>): SlotValueCodec<T> {
  return {
    typeIn: () => 'AnyValueType',
    read: (slotValue, place, reading) => readOnly(name, codec, slotValue, place, reading),
    write: (value, writing) => codec.write(name, value, writing),
  };
}

/** A slot that holds a set of elements of the SDG model. */
export function collection<T>(name: string, codec: ElementCodec<T>): SlotValueCodec<readonly T[]> {
  return {
    typeIn: () => 'CollectionValueType',
    read(slotValue, place, reading) {
      const places = childPlaces(slotValue, place);
      const items = children(slotValue).map((item, at) => {
        const fits = isElement(item, NAMESPACES.rim, 'Element') && localType(item) === 'AnyValueType';
        if (fits && item.attrs.length === 1 && holdsNoText(item))
          return readOnly(name, codec, item, places[at]!, reading);
        return unfit(reading, {
          check: 'slot-value',
          field: places[at],
          expected: 'a rim:Element of rim:AnyValueType',
        });
      });
      return items.every((item) => item !== undefined) ? items : undefined;
    },
    write: (items, writing) =>
      items
        .map((item) =>
          element('rim:Element', { 'xsi:type': 'rim:AnyValueType' }, codec.write(name, item, writing)),
        )
        .join(''),
    attributes: (aside) => ({ collectionType: aside === undefined ? COLLECTION_TYPE : aside || undefined }),
    aside(slotValue) {
      const type = attribute(slotValue, 'collectionType');
      return type === COLLECTION_TYPE ? undefined : (type ?? '');
    },
  };
}
