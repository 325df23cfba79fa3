import type { Agent, LocalizedText } from './basics.ts';
import type { Keeping } from './kept.ts';
import type { LegalPerson, NaturalPerson } from './persons.ts';

/** Whom a piece of evidence is about: one of the two. */
export interface EvidenceSubject extends Keeping {
  readonly naturalPerson?: NaturalPerson;
  readonly legalPerson?: LegalPerson;
}

/** The evidence type a document conforms to (`sdg:IsConformantTo`). */
export interface EvidenceType extends Keeping {
  readonly evidenceTypeClassification: string;
  readonly titles: readonly LocalizedText[];
  readonly descriptions?: readonly LocalizedText[];
}

/** The form a document has (`sdg:Distribution`). */
export interface Distribution extends Keeping {
  /** Media type. */
  readonly format: string;
  readonly languages?: readonly string[];
  readonly conformsTo?: string;
  /** Only in EDM 1.x. */
  readonly transformation?: string;
}

/** From and to, both included. */
export interface Period extends Keeping {
  /** `YYYY-MM-DD`. */
  readonly startDate: string;
  /** `YYYY-MM-DD`. */
  readonly endDate: string;
}

/** What is said about a document (`sdg:Evidence`, TDD 4.5.2 3.3). In EDM 2.0 annexes and the like carry little of it. */
export interface EvidenceMetadata extends Keeping {
  /** UUID. */
  readonly identifier: string;
  readonly isAbout?: EvidenceSubject;
  readonly issuingAuthority?: Agent;
  readonly isConformantTo?: EvidenceType;
  /** `YYYY-MM-DD`. */
  readonly issuingDate?: string;
  readonly distribution?: Distribution;
  readonly validityPeriod?: Period;
}

/** What a document is within its package (`rim:Classification`, R-EDM-RESP-S048, -S049). */
export interface Classification extends Keeping {
  readonly id: string;
  /** `urn:fdc:oots:classification:edm`. */
  readonly classificationScheme?: string;
  /** `MainEvidence`, `Annex`, `HumanReadableVersion` or `Translation`. */
  readonly classificationNode?: string;
}

/** The message part that holds a document (`rim:RepositoryItemRef`). */
export interface RepositoryItemRef extends Keeping {
  /** `cid:` and the Content-ID of the part. */
  readonly href?: string;
  readonly title?: string;
}

/** A document (`rim:ExtrinsicObjectType`). */
export interface ExtrinsicObject extends Keeping {
  readonly type: 'ExtrinsicObjectType';
  readonly id: string;
  readonly metadata?: EvidenceMetadata;
  readonly classifications?: readonly Classification[];
  readonly repositoryItemRef?: RepositoryItemRef;
}

/** How a document belongs to the main evidence (`rim:AssociationType`, R-EDM-RESP-S050 to -S061). */
export interface Association extends Keeping {
  readonly type: 'AssociationType';
  readonly id: string;
  /** `urn:oasis:names:tc:ebxml-regrep:AssociationType:` and `Annex`, `HumanReadableVersion` or `Translation`. */
  readonly associationType: string;
  readonly sourceObject: string;
  readonly targetObject: string;
}

/** One piece of evidence with all that belongs to it (`rim:RegistryPackageType`, EDM 2.0, TDD 4.5.2 2.6). */
export interface RegistryPackage extends Keeping {
  readonly type: 'RegistryPackageType';
  readonly id: string;
  readonly objectList?: RegistryObjectList;
}

/** A member of a list: a document, an association or a package. */
export type RegistryObject = ExtrinsicObject | Association | RegistryPackage;

/** A list of what is handed over (`rim:RegistryObjectList`); empty when nothing matched or the user declined. */
export interface RegistryObjectList extends Keeping {
  readonly objects?: readonly RegistryObject[];
}

/** An Evidence Response (`query:QueryResponse` with status Success or Unavailable, TDD 4.5.2). */
export interface EvidenceResponse extends Keeping {
  /** Id of the request that is answered. */
  readonly requestId?: string;
  /** `urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success`, or `…:Unavailable` for a deferred response. */
  readonly status: string;
  readonly specificationIdentifier?: string;
  /** UUID, new for each response. */
  readonly evidenceResponseIdentifier?: string;
  /** ISO 8601. */
  readonly issueDateTime?: string;
  /** One agent classified EP, and intermediary platforms. */
  readonly evidenceProvider?: readonly Agent[];
  readonly evidenceRequester?: Agent;
  /** ISO 8601; only in a deferred response: when to ask again. */
  readonly responseAvailableDateTime?: string;
  readonly objectList?: RegistryObjectList;
}
