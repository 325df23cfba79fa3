import type { Finding } from '../protocol/errors/index.ts';
import type { XmlDoc } from '../protocol/xml/index.ts';
import { MAX_FINDINGS } from './read-document.ts';
import type { Placed } from './rules/rule.ts';
import { Selector } from './rules/select.ts';
import { schemaOf } from './schemas.ts';
import type { EdmVersion } from './versions.ts';

/** What the schema of a version finds wrong with a document, each with its place; none for a valid one. */
export function checkSchema(doc: XmlDoc, version: EdmVersion): readonly Finding[] {
  const found = schemaOf(version).validate(doc).slice(0, MAX_FINDINGS);
  const places = new Selector(doc.root);
  return found.map(({ message, place }) => ({
    check: 'schema',
    field: placeAt(places, place ?? ''),
    found: withoutNamespaces(message).slice(0, 300),
  }));
}

/**
 * A sentence of the engine, which writes names with their namespaces; without them it fits a line. It repeats values as
 * well, however long, so that nothing may be looked for from each brace on to the end.
 */
export function withoutNamespaces(message: string): string {
  return message.replaceAll(/\{[^{}]*\}/g, '');
}

const STEP = /^(?:([^:*[\]]+:)?([^[\]]+))(?:\[(\d+)\])?$/;

/** The engine's path to an element as a place of ours: its steps may be `*`, and it numbers slots. */
function placeAt(places: Selector, path: string): string {
  let at = places.root;
  for (const step of path.split('/').slice(2)) {
    const inside = places.inside(at);
    const next = inside[indexOf(inside, step)];
    if (next === undefined) break;
    at = next;
  }
  return at.place;
}

function indexOf(siblings: readonly Placed[], step: string): number {
  const [, prefix, local, position] = STEP.exec(step) ?? [];
  if (local === undefined) return -1;
  const matches = siblings.flatMap(({ element }, index) => {
    const isNamed = element.name === local && `${element.prefix}:` === (prefix ?? ':');
    return local === '*' || isNamed ? [index] : [];
  });
  return matches[Number(position ?? 1) - 1] ?? -1;
}
