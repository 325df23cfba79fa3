import { canonicalize, children, withXml } from '../../protocol/xml/index.ts';
import type { XmlAttribute, XmlElement } from '../../protocol/xml/index.ts';
import type { Kept, KeptAttribute, KeptElement } from '../model/kept.ts';
import { NAMESPACES, prefixOf } from '../namespaces.ts';

/** What is kept comes back from whoever holds the JSON, so it is parsed again under limits before it is written. */
const FRAGMENT_LIMITS = { maxBytes: 1024 * 1024, allowProcessingInstructions: false };

/** Collects what the model has no name for while an element is read. */
export class Keeper {
  readonly #elements: KeptElement[] = [];
  readonly #attributes: KeptAttribute[] = [];
  readonly #asides: Record<string, string> = {};

  element(at: number, found: XmlElement): void {
    this.#elements.push({ at, xml: canonicalize(found, typePrefixes(found)).toString('utf8') });
  }

  attribute({ name, namespaceUri, value }: XmlAttribute): void {
    this.#attributes.push({ name, ...(namespaceUri === '' ? {} : { namespace: namespaceUri }), value });
  }

  aside(key: string, value: string): void {
    this.#asides[key] = value;
  }

  /** Everything that was kept; undefined when there was nothing, and the order is that of the model. */
  result(order: readonly string[] | undefined): Kept | undefined {
    const kept: Kept = {
      ...(this.#elements.length > 0 ? { elements: this.#elements } : {}),
      ...(this.#attributes.length > 0 ? { attributes: this.#attributes } : {}),
      ...(Object.keys(this.#asides).length > 0 ? { asides: this.#asides } : {}),
      ...(order === undefined ? {} : { order }),
    };
    return Object.keys(kept).length > 0 ? kept : undefined;
  }
}

/** Prefixes that stand only inside values of `xsi:type`, which exclusive canonicalization does not see. */
function typePrefixes(found: XmlElement): readonly string[] {
  const prefixes = new Set<string>();
  const collect = (at: XmlElement): void => {
    for (const { name, namespaceUri, value } of at.attrs) {
      const prefix = /^\s*([^\s:]+):/.exec(value)?.[1];
      if (name === 'type' && namespaceUri === NAMESPACES.xsi && prefix !== undefined) prefixes.add(prefix);
    }
    for (const child of children(at)) collect(child);
  };
  collect(found);
  return [...prefixes];
}

/** A kept element as XML to insert. Throws the QuoinError of the parser for what is not one well-formed element. */
export function writeKeptElement({ xml }: KeptElement): string {
  return withXml(Buffer.from(xml), FRAGMENT_LIMITS, ({ root }) =>
    canonicalize(root, typePrefixes(root)).toString('utf8'),
  );
}

/** Kept attributes as entries for an element; foreign namespaces are declared where they are used. */
export function keptAttributes(kept: Kept | undefined): Record<string, string> {
  const written: Record<string, string> = {};
  (kept?.attributes ?? []).forEach(({ name, namespace, value }, index) => {
    if (namespace === undefined) {
      written[name] = value;
      return;
    }
    const known = prefixOf(namespace);
    if (known === undefined) written[`xmlns:kept${index}`] = namespace;
    written[`${known ?? `kept${index}`}:${name}`] = value;
  });
  return written;
}
