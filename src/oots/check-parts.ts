import { attribute } from '../protocol/xml/index.ts';
import type { XmlDoc } from '../protocol/xml/index.ts';
import type { DocumentKind } from './read-document.ts';
import { hasCode, MEDIA_TYPES } from './rules/code-lists.ts';
import { contentIdOf } from './content-id.ts';
import type { HeaderFacts, PartFacts, RuleFinding } from './rules/index.ts';
import { Selector } from './rules/select.ts';
import { NAMESPACES } from './namespaces.ts';
import { REGREP_MIME_TYPE } from './write-document.ts';

const placeOf = (index: number): string => `eb:PayloadInfo/eb:PartInfo[${index + 1}]`;

const PART_TEXTS = {
  'TDD-4.5.2-CID': 'Each document that a response names is a part of the message.',
  'TDD-4.5.2-PART': 'Each part behind the first is a document that the response names.',
  'TDD-4.7-REGREP': 'A message has one RegRep part.',
  'TDD-4.7-MIME': 'The media type of a document is one of the list OOTSMediaTypes.',
} as const;

/** Whether the parts of a message and its document fit: duties that the design documents state without a rule id. */
export function checkParts(doc: XmlDoc, kind: DocumentKind, { parts }: HeaderFacts): readonly RuleFinding[] {
  const regreps = parts.flatMap((part, index) => (part.mimeType === REGREP_MIME_TYPE ? [index] : []));
  const doubled = regreps
    .slice(1)
    .map((index) => finding('TDD-4.7-REGREP', placeOf(index), REGREP_MIME_TYPE));
  if (kind !== 'response') return doubled;
  const documents = parts.flatMap((part, index) => (index === (regreps[0] ?? 0) ? [] : [{ part, index }]));
  return [...doubled, ...unnamedTypes(documents), ...unmatched(doc, documents)];
}

type PlacedPart = { readonly part: PartFacts; readonly index: number };

function unnamedTypes(documents: readonly PlacedPart[]): readonly RuleFinding[] {
  return documents.flatMap(({ part: { mimeType }, index }) => {
    const isListed =
      mimeType !== undefined && (hasCode(MEDIA_TYPES, mimeType) || mimeType === REGREP_MIME_TYPE);
    return isListed ? [] : [finding('TDD-4.7-MIME', placeOf(index), mimeType ?? 'no media type')];
  });
}

/** References without a part, and parts without a reference. */
function unmatched(doc: XmlDoc, documents: readonly PlacedPart[]): readonly RuleFinding[] {
  const references = new Selector(doc.root).all('//rim:RepositoryItemRef').map(({ element, place }) => ({
    place,
    contentId: contentIdOf(attribute(element, 'href', NAMESPACES.xlink)),
  }));
  const ids = new Set(documents.map(({ part }) => part.contentId));
  const named = new Set(references.map(({ contentId }) => contentId));
  return [
    ...references
      .filter(({ contentId }) => !ids.has(contentId))
      .map(({ place, contentId }) => finding('TDD-4.5.2-CID', place, contentId ?? 'no address')),
    ...documents
      .filter(({ part }) => !named.has(part.contentId))
      .map(({ part, index }) => finding('TDD-4.5.2-PART', placeOf(index), part.contentId ?? 'no Content-ID')),
  ];
}

function finding(rule: keyof typeof PART_TEXTS, place: string, found: string): RuleFinding {
  return { rule, severity: 'fatal', place, text: PART_TEXTS[rule], found: found.slice(0, 160) };
}
