import type { Finding } from '../protocol/errors/index.ts';
import { children } from '../protocol/xml/index.ts';
import type { XmlDoc, XmlElement } from '../protocol/xml/index.ts';
import { childPlaces, rootPlace } from './codec/places.ts';
import { MAX_FINDINGS } from './read-document.ts';
import { schemaOf } from './schemas.ts';
import type { EdmVersion } from './versions.ts';

/** What the schema of a version finds wrong with a document, each with its place; none for a valid one. */
export function checkSchema(doc: XmlDoc, version: EdmVersion): readonly Finding[] {
  const found = schemaOf(version).validate(doc).slice(0, MAX_FINDINGS);
  return found.map(({ message, place }) => ({
    check: 'schema',
    field: placeAt(doc.root, place ?? ''),
    found: readable(message),
  }));
}

/** The engine writes names with their namespaces; without them a sentence fits a line. */
function readable(message: string): string {
  return message.replaceAll(/\{[^}]*\}/g, '').slice(0, 300);
}

const STEP = /^(?:([^:*[\]]+:)?([^[\]]+))(?:\[(\d+)\])?$/;

/** The engine's path to an element as a place of ours: its steps may be `*`, and it numbers slots. */
function placeAt(root: XmlElement, path: string): string {
  let at = root;
  let place = rootPlace(root);
  for (const step of path.split('/').slice(2)) {
    const index = indexOf(children(at), step);
    if (index < 0) break;
    place = childPlaces(at, place)[index]!;
    at = children(at)[index]!;
  }
  return place;
}

function indexOf(siblings: readonly XmlElement[], step: string): number {
  const [, prefix, local, position] = STEP.exec(step) ?? [];
  if (local === undefined) return -1;
  const matches = siblings.flatMap((sibling, index) => {
    const isNamed = sibling.name === local && `${sibling.prefix}:` === (prefix ?? ':');
    return local === '*' || isNamed ? [index] : [];
  });
  return matches[Number(position ?? 1) - 1] ?? -1;
}
