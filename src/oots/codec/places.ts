import { attribute, children } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { displayName, NAMESPACES } from '../namespaces.ts';

const LONGEST_NAME = 64;

/** The place of the root element. */
export function rootPlace(root: XmlElement): string {
  return `/${displayName(root)}`;
}

/**
 * The places of the elements directly inside an element, in order: XPath-like, a slot by its name and anything else by
 * its position where it repeats: `/query:QueryRequest/rim:Slot[@name='Procedure']`.
 */
export function childPlaces(parent: XmlElement, place: string): readonly string[] {
  const steps = children(parent).map(stepOf);
  // Most elements hold nothing twice, and many hold one.
  if (steps.length === 1 || new Set(steps).size === steps.length)
    return steps.map((step) => `${place}/${step}`);
  const total = new Map<string, number>();
  for (const step of steps) total.set(step, (total.get(step) ?? 0) + 1);
  const seen = new Map<string, number>();
  return steps.map((step) => {
    const position = (seen.get(step) ?? 0) + 1;
    seen.set(step, position);
    return `${place}/${step}${total.get(step) === 1 ? '' : `[${position}]`}`;
  });
}

function stepOf(element: XmlElement): string {
  const name = displayName(element);
  if (element.name !== 'Slot' || element.namespaceUri !== NAMESPACES.rim) return name;
  const slot = attribute(element, 'name');
  return slot === undefined ? name : `${name}[@name='${slot.slice(0, LONGEST_NAME).replaceAll("'", '’')}']`;
}
