/**
 * The one XML engine for everything a signature covers: safe parsing under limits, reading, exclusive canonicalization,
 * writing, schema validation. Nothing else in the protocol parses XML.
 */
export { NS } from './namespaces.ts';
export { DEFAULT_XML_LIMITS } from './limits.ts';
export type { XmlLimits } from './limits.ts';
export { openDocuments, parseXml, withXml } from './document.ts';
export type { XmlDoc } from './document.ts';
export type { XmlAttribute, XmlElement } from './element.ts';
export {
  attribute,
  children,
  childrenNamed,
  idAttributesOf,
  indexIds,
  isElement,
  onlyChild,
  optionalChild,
  ownTextOf,
  placeOf,
  sameNode,
  strictTextOf,
  textOf,
} from './read.ts';
export type { IdAttribute } from './read.ts';
export { canonicalize, canonicalizeDocument, MAX_INCLUSIVE_PREFIXES } from './canonicalize.ts';
export { element, escapeAttribute, escapeText } from './write.ts';
export { compileSchema } from './schema.ts';
export type { SchemaFinding, XmlSchema } from './schema.ts';
