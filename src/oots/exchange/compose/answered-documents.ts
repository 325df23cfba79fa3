import { subjectOf } from '../../answer-request.ts';
import { cidOf } from '../../content-id.ts';
import type { EvidenceBundle, EvidenceDocument, EvidenceRole } from '../../evidence-bundles.ts';
import type { Agent } from '../../model/basics.ts';
import type { EvidenceRequest } from '../../model/request.ts';
import type { EvidenceMetadata } from '../../model/response.ts';
import { hasCode, MEDIA_TYPES } from '../../rules/code-lists.ts';
import type { EdmVersion } from '../../versions.ts';
import { wishError } from '../refuse-wish.ts';
import type { AnsweredDocument } from '../wishes.ts';

/** What a document takes from elsewhere. */
export interface MetadataSources {
  readonly request: EvidenceRequest;
  readonly version: EdmVersion;
  /** Who answers. */
  readonly provider: Agent;
  /** ISO 8601. */
  readonly issuedAt: string;
  readonly newId: () => string;
}

/** A document whose part has its Content-ID. */
export type NamedDocument = AnsweredDocument & { readonly part: { readonly contentId: string } };

const KEYS = {
  Annex: 'annexes',
  HumanReadableVersion: 'humanReadableVersions',
  Translation: 'translations',
} as const satisfies Record<Exclude<EvidenceRole, 'MainEvidence'>, keyof EvidenceBundle>;

/** What only the main evidence says (R-EDM-RESP-S063). */
const OF_MAIN = ['isAbout', 'issuingAuthority', 'isConformantTo', 'validityPeriod', 'issuingDate'] as const;

/**
 * The documents of an answer as pieces of evidence: each main document with what belongs to it. Throws
 * `oots/unsupported-media-type`, `oots/document-alone`, `oots/metadata-of-supplement` naming the document.
 */
export function bundlesOf(
  documents: readonly NamedDocument[],
  sources: MetadataSources,
): readonly EvidenceBundle[] {
  documents.forEach(requireMediaType);
  const roles = documents.map(({ role = 'MainEvidence' }) => role);
  const owners = documents.map(({ of }, index) => ownerOf(roles, index, of));
  return roles.flatMap((role, main): readonly EvidenceBundle[] => {
    if (role !== 'MainEvidence') return [];
    const under = (wanted: keyof typeof KEYS): readonly EvidenceDocument[] =>
      documents.flatMap((document, index) =>
        roles[index] === wanted && owners[index] === main
          ? [described(document, index, wanted, sources)]
          : [],
      );
    const supplements = Object.entries(KEYS).map(([wanted, key]) => [
      key,
      under(wanted as keyof typeof KEYS),
    ]);
    return [
      {
        main: described(documents[main]!, main, role, sources),
        ...(Object.fromEntries(supplements) as Omit<EvidenceBundle, 'main'>),
      },
    ];
  });
}

/** Position of the main document a supplement belongs to. */
function ownerOf(roles: readonly EvidenceRole[], index: number, of: number | undefined): number | undefined {
  if (roles[index] === 'MainEvidence') return undefined;
  const owner = of ?? roles.lastIndexOf('MainEvidence', index);
  if (roles[owner] === 'MainEvidence') return owner;
  throw wishError('oots/document-alone', `Document ${index} belongs to no main evidence.`, {
    field: `documents[${index}].${of === undefined ? 'role' : 'of'}`,
    expected: of === undefined ? 'a MainEvidence before it' : 'the position of a MainEvidence',
    found: of === undefined ? roles[index] : String(of),
  });
}

function requireMediaType({ part: { mimeType } }: AnsweredDocument, index: number): void {
  if (hasCode(MEDIA_TYPES, mimeType)) return;
  throw wishError('oots/unsupported-media-type', 'A document is of a media type that is not exchanged.', {
    field: `documents[${index}].mimeType`,
    expected: [...MEDIA_TYPES.codes].join(', '),
    found: mimeType,
  });
}

function described(
  { part, title, metadata = {} }: NamedDocument,
  index: number,
  role: EvidenceRole,
  sources: MetadataSources,
): EvidenceDocument {
  const isBrief = role !== 'MainEvidence' && sources.version.evidence === 'packaged';
  if (isBrief) requireBrief(metadata, index);
  const identifier = metadata.identifier ?? sources.newId();
  const form = {
    distribution: { format: part.mimeType, ...(isBrief ? {} : modelOf(part.mimeType, sources)) },
  };
  const defaults = isBrief ? form : { ...contentOf(sources), ...form };
  return { metadata: { ...defaults, ...metadata, identifier }, href: cidOf(part.contentId), title };
}

/** What follows from the request and the answer for a document that counts. */
function contentOf({ request, provider, issuedAt }: MetadataSources): Omit<EvidenceMetadata, 'identifier'> {
  const type = request.query.evidenceRequest;
  return {
    isAbout: subjectOf(request),
    issuingAuthority: { identifier: provider.identifier, names: provider.names },
    ...(type === undefined
      ? {}
      : {
          isConformantTo: {
            evidenceTypeClassification: type.evidenceTypeClassification,
            titles: type.titles,
            ...(type.descriptions === undefined ? {} : { descriptions: type.descriptions }),
          },
        }),
    issuingDate: issuedAt.slice(0, 'YYYY-MM-DD'.length),
  };
}

/** The data model that was asked for in this format. */
function modelOf(format: string, { request }: MetadataSources): { readonly conformsTo?: string } {
  const asked = request.query.evidenceRequest?.distributedAs?.find((one) => one.format === format);
  return asked?.conformsTo === undefined ? {} : { conformsTo: asked.conformsTo };
}

function requireBrief(metadata: Partial<EvidenceMetadata>, index: number): void {
  const said =
    OF_MAIN.find((key) => metadata[key] !== undefined) ??
    (metadata.distribution?.conformsTo === undefined ? undefined : 'distribution.conformsTo');
  if (said === undefined) return;
  throw wishError('oots/metadata-of-supplement', `Only the main evidence says ${said}.`, {
    field: `documents[${index}].metadata.${said}`,
    expected: 'nothing there for an annex, a human-readable version or a translation (R-EDM-RESP-S063)',
  });
}
