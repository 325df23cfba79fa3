import { children, element, escapeText, textOf } from '../../protocol/xml/index.ts';
import { displayName, qualified } from '../namespaces.ts';
import type { QualifiedName } from '../namespaces.ts';
import { unfit } from './codec.ts';
import type { ElementCodec } from './codec.ts';

/** One property of a structure and where it stands in XML. `V` is the type of the property. */
export type Member<V> = AttributeMember<V> | TextMember<V> | ElementMember<V>;

export interface AttributeMember<V> {
  readonly kind: 'attribute';
  /** As it is written, for example `xlink:href`. */
  readonly written: string;
  readonly name: QualifiedName;
  readonly required: boolean;
  readonly of?: V;
}

export interface TextMember<V> {
  readonly kind: 'text';
  readonly of?: V;
}

export interface ElementMember<V> {
  readonly kind: 'element';
  readonly written: string;
  readonly name: QualifiedName;
  /** For a slot its name. */
  readonly slot?: string;
  readonly required: boolean;
  readonly repeated: boolean;
  readonly codec: ElementCodec<unknown>;
  readonly of?: V;
}

/** An attribute that may be missing. */
export function attr(written: string): Member<string> {
  return { kind: 'attribute', written, name: qualified(written), required: false };
}

/** An attribute without which the element is unfit. */
export function requiredAttr(written: string): Member<string> {
  return { kind: 'attribute', written, name: qualified(written), required: true };
}

/** The text of the element itself, which then holds no elements. */
export function ownText(): Member<string> {
  return { kind: 'text' };
}

/** One element, which must be there. */
export function one<T>(written: string, codec: ElementCodec<T>): Member<T> {
  return elementMember(written, codec, { required: true, repeated: false });
}

/** At most one element. */
export function maybe<T>(written: string, codec: ElementCodec<T>): Member<T> {
  return elementMember(written, codec, { required: false, repeated: false });
}

/** One element or more. */
export function some<T>(written: string, codec: ElementCodec<T>): Member<readonly T[]> {
  return elementMember(written, codec, { required: true, repeated: true });
}

/** Any number of elements; the property is absent when there are none. */
export function any<T>(written: string, codec: ElementCodec<T>): Member<readonly T[]> {
  return elementMember(written, codec, { required: false, repeated: true });
}

function elementMember<T, V>(
  written: string,
  codec: ElementCodec<T>,
  cardinality: { readonly required: boolean; readonly repeated: boolean },
): Member<V> {
  return {
    kind: 'element',
    written,
    name: qualified(written),
    ...cardinality,
    codec: codec,
  };
}

/** An element that holds text and nothing else. */
export const TEXT: ElementCodec<string> = {
  read(found, place, reading) {
    const [first] = found.attrs;
    if (first !== undefined) {
      return unfit(reading, { check: 'unknown-attribute', field: `${place}/@${displayName(first)}` });
    }
    const [inside] = children(found);
    if (inside === undefined) return textOf(found);
    return unfit(reading, {
      check: 'text-only',
      field: place,
      expected: 'text',
      found: displayName(inside),
    });
  },
  write: (name, value) => element(name, {}, escapeText(value)),
};
