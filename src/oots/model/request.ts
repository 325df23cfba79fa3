import type { Agent, Identifier, LocalizedText } from './basics.ts';
import type { Keeping } from './kept.ts';
import type { LegalPerson, NaturalPerson } from './persons.ts';

/** The procedure the evidence is for. */
export interface Procedure {
  /** Code of the list Procedures, for example `T3`. */
  readonly code: string;
  /** Before EDM 2.0 the code is a localised string with a language that means nothing (R-EDM-REQ-C004). */
  readonly lang?: string;
}

/** A requirement of the procedure, from the Evidence Broker (`sdg:Requirement`, TDD 4.5.1 3.1). */
export interface Requirement extends Keeping {
  readonly identifier: Identifier;
  readonly names: readonly LocalizedText[];
  /** EDM 2.0. */
  readonly descriptions?: readonly LocalizedText[];
}

/** The values an answer may have: of one kind. */
export interface SupportedValue extends Keeping {
  readonly strings?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly dates?: readonly string[];
  /** `true` or `false`. */
  readonly booleans?: readonly string[];
}

/** What the user answered so that the right provider could be found (`sdg:EvidenceProviderClassification`). */
export interface EvidenceProviderClassification extends Keeping {
  readonly identifier: Identifier;
  /** `string`, `boolean` or `codelist`. */
  readonly type?: string;
  readonly valueExpression?: string;
  readonly descriptions?: readonly LocalizedText[];
  readonly supportedValue?: SupportedValue;
}

/** A form the evidence may come in (`sdg:DistributedAs`, TDD 4.5.1 3.5). */
export interface RequestedDistribution extends Keeping {
  /** Media type. */
  readonly format: string;
  /** Data model, for structured formats. */
  readonly conformsTo?: string;
  /** A subset of the data model; only in EDM 1.x. */
  readonly transformation?: string;
  /** EDM 2.0. */
  readonly languages?: readonly string[];
  /** `Annex`, `HumanReadableVersion`, `Translation`; EDM 2.0. */
  readonly associatedDocuments?: readonly string[];
}

/** The evidence type that is asked for, from the Data Service Directory (`sdg:DataServiceEvidenceType`, TDD 4.5.1 3.5). */
export interface DataServiceEvidenceType extends Keeping {
  readonly identifier: Identifier;
  readonly evidenceTypeClassification: string;
  readonly titles: readonly LocalizedText[];
  readonly descriptions?: readonly LocalizedText[];
  readonly distributedAs?: readonly RequestedDistribution[];
}

/** How the answer is to come; one value only (R-EDM-REQ-C024). */
export interface ResponseOption extends Keeping {
  readonly returnType?: string;
}

/** What is asked, and about whom (`query:Query`, TDD 4.5.1 3.4). */
export interface EvidenceQuery extends Keeping {
  /** `DocumentQuery` (R-EDM-REQ-C025). */
  readonly queryDefinition: string;
  readonly evidenceRequest?: DataServiceEvidenceType;
  readonly naturalPerson?: NaturalPerson;
  readonly legalPerson?: LegalPerson;
  readonly authorizedRepresentative?: NaturalPerson;
  /** EDM 1.1 and later. */
  readonly authorizedRepresentativeLegalPerson?: LegalPerson;
}

/**
 * An Evidence Request (`query:QueryRequest`, TDD 4.5.1). What the schema requires is required here; what only the rules
 * require may be missing.
 */
export interface EvidenceRequest extends Keeping {
  /** `urn:uuid:` and a UUID, new for each request. */
  readonly id: string;
  /** `xml:lang`, the language wished for; only in EDM 1.x. */
  readonly lang?: string;
  /** `oots-edm:v2.0` or an earlier one. */
  readonly specificationIdentifier?: string;
  /** ISO 8601. */
  readonly issueDateTime?: string;
  readonly procedure?: Procedure;
  /** Only in the second request: the link the provider answered the first one with, unchanged. */
  readonly previewLocation?: string;
  /** Only beside a preview location, EDM 2.0: where the provider sends the citizen afterwards. */
  readonly returnLocation?: string;
  /** False: the provider must not require a preview. */
  readonly possibilityForPreview?: boolean;
  readonly explicitRequestGiven?: boolean;
  readonly requirements?: readonly Requirement[];
  /** One agent classified ER, and intermediary platforms (IP). */
  readonly evidenceRequester?: readonly Agent[];
  readonly evidenceProvider?: Agent;
  readonly evidenceProviderClassifications?: readonly EvidenceProviderClassification[];
  readonly responseOption: ResponseOption;
  readonly query: EvidenceQuery;
}
