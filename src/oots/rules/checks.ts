import { attribute, children } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { displayName, NAMESPACES, qualified } from '../namespaces.ts';
import { hasCode } from './code-lists.ts';
import type { CodeList } from './code-lists.ts';
import type { Check, Placed, RuleContext } from './rule.ts';

const NOTHING = 'nothing';

/** Text with white space as `normalize-space` has it. */
export function normalized(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The value of an attribute named as it is written here. */
export function valueOf(element: XmlElement, written: string): string | undefined {
  const { namespace, local } = qualified(written);
  return attribute(element, local, namespace);
}

const excerpt = (text: string): string => (text === '' ? 'an empty text' : text.slice(0, 120));

/** A number of elements at a path below. */
export function count(of: string, min: number, max = Infinity): Check {
  return {
    name: 'count',
    of,
    test(placed, { select }) {
      const found = select(of, placed).length;
      return found >= min && found <= max ? undefined : String(found);
    },
  };
}

/** Exactly one element at a path below. */
export const one = (of: string): Check => count(of, 1, 1);

/** At least one element at a path below. */
export const some = (of: string): Check => count(of, 1);

/** No other elements inside than those named. */
export function only(...names: readonly string[]): Check {
  return {
    name: 'only',
    test: ({ element }) =>
      children(element)
        .map(displayName)
        .find((name) => !names.includes(name)),
  };
}

/** No other slots inside than those named. */
export function onlySlots(...names: readonly string[]): Check {
  return {
    name: 'onlySlots',
    test: ({ element }) =>
      children(element)
        .filter(({ name, namespaceUri }) => name === 'Slot' && namespaceUri === NAMESPACES.rim)
        .map((slot) => attribute(slot, 'name'))
        .find((name) => name !== undefined && !names.includes(name)),
  };
}

/** `xsi:type` with this local name; a prefix must stand before it, and may be any. */
export function type(local: string): Check {
  return {
    name: 'type',
    test({ element }) {
      const found = attribute(element, 'type', NAMESPACES.xsi);
      const colon = found?.indexOf(':') ?? -1;
      if (colon >= 0 && found!.slice(colon + 1) === local) return undefined;
      return found === undefined ? NOTHING : excerpt(found);
    },
  };
}

/** An attribute that is there, whatever it says. */
export function has(of: string): Check {
  return {
    name: 'has',
    of,
    test: ({ element }) => (valueOf(element, of) === undefined ? NOTHING : undefined),
  };
}

/** An attribute that is there and not blank. */
export function filled(of: string): Check {
  return {
    name: 'filled',
    of,
    test({ element }) {
      const value = valueOf(element, of);
      if (value === undefined) return NOTHING;
      return normalized(value) === '' ? 'an empty text' : undefined;
    },
  };
}

/** The first element at a path below is there and not blank. */
export function filledChild(of: string): Check {
  return {
    name: 'filledChild',
    of,
    test(placed, { select }) {
      const [first] = select(of, placed);
      if (first === undefined) return NOTHING;
      return normalized(first.element.content) === '' ? 'an empty element' : undefined;
    },
  };
}

/** An attribute, where it is there, that meets a condition. */
export function attributeThat(of: string, holds: (value: string, context: RuleContext) => boolean): Check {
  return {
    name: 'attribute',
    of,
    test({ element }, context) {
      const value = valueOf(element, of);
      return value === undefined || holds(value, context) ? undefined : excerpt(value);
    },
  };
}

/** An attribute that must be there with one of some values. */
export function attributeIs(of: string, ...values: readonly string[]): Check {
  return {
    name: 'attributeIs',
    of,
    test({ element }) {
      const value = valueOf(element, of);
      return value !== undefined && values.includes(value) ? undefined : excerpt(value ?? NOTHING);
    },
  };
}

/** Text that meets a condition, as it stands. */
export function text(holds: (value: string, context: RuleContext) => boolean): Check {
  return {
    name: 'text',
    test: ({ element }, context) => (holds(element.content, context) ? undefined : excerpt(element.content)),
  };
}

/** Text that matches, its white space normalized. */
export const matching = (pattern: RegExp): Check => text((value) => pattern.test(normalized(value)));

/** Text that is a code of a list. */
export const codeOf = (list: CodeList): Check => text((value) => hasCode(list, value));

/** An attribute that is a code of a list, where it is there. */
export const attributeCodeOf = (of: string, list: CodeList): Check =>
  attributeThat(of, (value) => hasCode(list, value));

/** A condition of its own. */
export function holds(test: (placed: Placed, context: RuleContext) => string | undefined): Check {
  return { name: 'own', test };
}

/** A check for some of the elements only. */
export function where(applies: (placed: Placed, context: RuleContext) => boolean, check: Check): Check {
  return {
    ...check,
    test: (placed, context) => (applies(placed, context) ? check.test(placed, context) : undefined),
  };
}
