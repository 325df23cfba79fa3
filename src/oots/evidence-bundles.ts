import type {
  Association,
  EvidenceMetadata,
  ExtrinsicObject,
  RegistryObject,
  RegistryObjectList,
} from './model/response.ts';
import type { EdmVersion } from './versions.ts';

/** What a document is within a piece of evidence (R-EDM-RESP-S049). */
export type EvidenceRole = 'MainEvidence' | 'Annex' | 'HumanReadableVersion' | 'Translation';

/** Classification scheme of the roles (R-EDM-RESP-S048). */
export const CLASSIFICATION_SCHEME = 'urn:fdc:oots:classification:edm';

/** What the type of an association begins with. */
export const ASSOCIATION_PREFIX = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:';

/** A document of an answer and what is said about it. */
export interface EvidenceDocument {
  readonly metadata: EvidenceMetadata;
  /** `cid:` and the Content-ID of the message part. */
  readonly href: string;
  readonly title: string;
}

/** One piece of evidence: the document that counts, and what belongs to it. */
export interface EvidenceBundle {
  readonly main: EvidenceDocument;
  readonly annexes?: readonly EvidenceDocument[];
  readonly humanReadableVersions?: readonly EvidenceDocument[];
  readonly translations?: readonly EvidenceDocument[];
}

/** The documents of a piece of evidence that was received, as they stand in the response. */
export interface ReceivedEvidence {
  /** Absent only when a package has none, which R-EDM-RESP-S047 forbids. */
  readonly main?: ExtrinsicObject;
  readonly annexes: readonly ExtrinsicObject[];
  readonly humanReadableVersions: readonly ExtrinsicObject[];
  readonly translations: readonly ExtrinsicObject[];
}

type Supplement = Exclude<EvidenceRole, 'MainEvidence'>;

const SUPPLEMENTS: readonly (readonly [Supplement, 'annexes' | 'humanReadableVersions' | 'translations'])[] =
  [
    ['Annex', 'annexes'],
    ['HumanReadableVersion', 'humanReadableVersions'],
    ['Translation', 'translations'],
  ];

/** The list of a response with pieces of evidence, flat or packaged as the version has it; ids are `urn:uuid:` and a new one. */
export function objectListOf(
  bundles: readonly EvidenceBundle[],
  version: EdmVersion,
  newId: () => string,
): RegistryObjectList {
  const id = (): string => `urn:uuid:${newId()}`;
  const objects = bundles.flatMap((bundle): readonly RegistryObject[] =>
    version.evidence === 'flat'
      ? documentsOf(bundle).map((document) => objectOf(document, undefined, id))
      : [
          {
            type: 'RegistryPackageType',
            id: id(),
            objectList: { objects: packaged(bundle, id) },
          },
        ],
  );
  return objects.length === 0 ? {} : { objects };
}

function documentsOf(bundle: EvidenceBundle): readonly EvidenceDocument[] {
  return [bundle.main, ...SUPPLEMENTS.flatMap(([, key]) => bundle[key] ?? [])];
}

function packaged(bundle: EvidenceBundle, id: () => string): readonly RegistryObject[] {
  const main = objectOf(bundle.main, 'MainEvidence', id);
  const supplements = SUPPLEMENTS.flatMap(([role, key]) =>
    (bundle[key] ?? []).map((document) => ({ role, object: objectOf(document, role, id) })),
  );
  const associations = supplements.map(({ role, object }): Association => ({
    type: 'AssociationType',
    id: id(),
    associationType: `${ASSOCIATION_PREFIX}${role}`,
    sourceObject: object.id,
    targetObject: main.id,
  }));
  return [main, ...supplements.map(({ object }) => object), ...associations];
}

function objectOf(
  { metadata, href, title }: EvidenceDocument,
  role: EvidenceRole | undefined,
  id: () => string,
): ExtrinsicObject {
  const classification = { classificationScheme: CLASSIFICATION_SCHEME, classificationNode: role ?? '' };
  return {
    type: 'ExtrinsicObjectType',
    id: id(),
    metadata,
    ...(role === undefined ? {} : { classifications: [{ id: id(), ...classification }] }),
    repositoryItemRef: { href, title },
  };
}

/** The pieces of evidence of a list: each package is one, and so is each document that stands in no package. */
export function evidenceIn(list: RegistryObjectList | undefined): readonly ReceivedEvidence[] {
  return (list?.objects ?? []).flatMap((object): readonly ReceivedEvidence[] => {
    if (object.type === 'ExtrinsicObjectType') return [{ main: object, ...supplementsOf([]) }];
    return object.type === 'RegistryPackageType' ? [pieceOf(object.objectList?.objects ?? [])] : [];
  });
}

function pieceOf(objects: readonly RegistryObject[]): ReceivedEvidence {
  const documents = objects.filter((object) => object.type === 'ExtrinsicObjectType');
  const main = documents.find((document) => hasRole(document, 'MainEvidence'));
  return main === undefined ? supplementsOf(documents) : { main, ...supplementsOf(documents) };
}

function supplementsOf(documents: readonly ExtrinsicObject[]): Omit<ReceivedEvidence, 'main'> {
  const of = (role: Supplement): readonly ExtrinsicObject[] =>
    documents.filter((document) => hasRole(document, role));
  return {
    annexes: of('Annex'),
    humanReadableVersions: of('HumanReadableVersion'),
    translations: of('Translation'),
  };
}

function hasRole({ classifications }: ExtrinsicObject, role: EvidenceRole): boolean {
  return (classifications ?? []).some(({ classificationNode }) => classificationNode === role);
}
