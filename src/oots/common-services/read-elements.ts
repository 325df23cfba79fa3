import { attribute, childrenNamed, placeOf, textOf } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { Identifier, LocalizedText } from '../model/basics.ts';
import { NAMESPACES } from '../namespaces.ts';
import type { Prefix } from '../namespaces.ts';
import type { Area } from './answers.ts';

/** The elements of a name in an element. */
export function childrenOf(element: XmlElement, prefix: Prefix, name: string): readonly XmlElement[] {
  return childrenNamed(element, NAMESPACES[prefix], name);
}

/** The one element of a name, or undefined; a second one leaves open which is meant. */
export function childOf(element: XmlElement, prefix: Prefix, name: string): XmlElement | undefined {
  const [child, ...more] = childrenOf(element, prefix, name);
  if (more.length > 0) throw unreadable(element, `at most one ${prefix}:${name}`, String(more.length + 1));
  return child;
}

/** The one `sdg` element of a name. Throws `oots/answer-unreadable`. */
export function needed(element: XmlElement, name: string): XmlElement {
  const child = childOf(element, 'sdg', name);
  if (child === undefined) throw unreadable(element, `sdg:${name}`, 'none');
  return child;
}

/** The text of the one `sdg` element of a name; not empty. */
export function textIn(element: XmlElement, name: string): string {
  const text = optionalText(element, name);
  if (text === undefined) throw unreadable(element, `a text in sdg:${name}`, 'none');
  return text;
}

/** The text of the one `sdg` element of a name; undefined when there is none or it is empty. */
export function optionalText(element: XmlElement, name: string): string | undefined {
  const child = childOf(element, 'sdg', name);
  return child === undefined ? undefined : textOf(child).trim() || undefined;
}

/** The texts of all `sdg` elements of a name. */
export function textsIn(element: XmlElement, name: string): readonly string[] {
  return childrenOf(element, 'sdg', name).map((child) => textOf(child).trim());
}

/** The texts of all `sdg` elements of a name, with their languages. */
export function localizedIn(element: XmlElement, name: string): readonly LocalizedText[] {
  return childrenOf(element, 'sdg', name).map((child) => {
    const lang = attribute(child, 'lang');
    return { text: textOf(child).trim(), ...(lang === undefined ? {} : { lang }) };
  });
}

/** The `sdg:Identifier` with its scheme. */
export function identifierIn(element: XmlElement): Identifier {
  const scheme = attribute(needed(element, 'Identifier'), 'schemeID');
  return { value: textIn(element, 'Identifier'), ...(scheme === undefined ? {} : { scheme }) };
}

/** Where something holds (`sdg:Jurisdiction`). */
export function areasIn(element: XmlElement): readonly Area[] {
  return childrenOf(element, 'sdg', 'Jurisdiction').map((area) => {
    const region = optionalText(area, 'AdminUnitLevel2');
    const municipality = optionalText(area, 'AdminUnitLevel3');
    return {
      country: textIn(area, 'AdminUnitLevel1'),
      ...(region === undefined ? {} : { region }),
      ...(municipality === undefined ? {} : { municipality }),
    };
  });
}

/** The value of the slot of a name. */
export function slotIn(element: XmlElement, name: string): XmlElement | undefined {
  const [slot, ...more] = childrenOf(element, 'rim', 'Slot').filter(
    (candidate) => attribute(candidate, 'name') === name,
  );
  if (more.length > 0) throw unreadable(element, `at most one slot ${name}`, String(more.length + 1));
  return slot && childOf(slot, 'rim', 'SlotValue');
}

/** `oots/answer-unreadable`: an answer that is not of the form the design documents give. */
export function unreadable(element: XmlElement, expected: string, found: string): QuoinError {
  return new QuoinError(
    'oots/answer-unreadable',
    `The answer of the common service lacks its form at ${placeOf(element)}.`,
    {
      finding: { check: 'answer-form', field: placeOf(element), expected, found },
    },
  );
}
