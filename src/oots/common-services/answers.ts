import type { Identifier, LocalizedText } from '../model/basics.ts';

/** Where something holds; only the country is always there. */
export interface Area {
  readonly country: string;
  /** NUTS code (`AdminUnitLevel2`). */
  readonly region?: string;
  /** LAU code (`AdminUnitLevel3`). */
  readonly municipality?: string;
}

/** A procedure of a country that asks for a requirement (`sdg:ReferenceFramework`). */
export interface ProcedureReference {
  readonly identifier: string;
  readonly titles: readonly LocalizedText[];
  /** Codes of the list Procedures, for example `T1`. */
  readonly procedures: readonly string[];
  readonly jurisdictions: readonly Area[];
}

/** An evidence type as the Evidence Broker knows it. */
export interface BrokerEvidenceType {
  /** The URI by which the Data Service Directory is asked. */
  readonly classification: string;
  readonly titles: readonly LocalizedText[];
  readonly descriptions: readonly LocalizedText[];
  /** Where it is issued; in 2.0 its list says so. */
  readonly jurisdictions: readonly Area[];
}

/** Evidence types that prove a requirement together. Of several lists each suffices. */
export interface EvidenceTypeList {
  readonly identifier: string;
  readonly names: readonly LocalizedText[];
  readonly evidenceTypes: readonly BrokerEvidenceType[];
  readonly jurisdictions: readonly Area[];
}

/** A requirement of the Evidence Broker. */
export interface BrokerRequirement {
  readonly identifier: string;
  readonly names: readonly LocalizedText[];
  readonly descriptions: readonly LocalizedText[];
  readonly procedures: readonly ProcedureReference[];
  /** Empty in an answer that lists requirements. */
  readonly evidenceTypeLists: readonly EvidenceTypeList[];
}

/** A form in which evidence is given (`sdg:DistributedAs`). */
export interface OfferedDistribution {
  /** Media type. */
  readonly format: string;
  readonly languages: readonly string[];
  readonly conformsTo: readonly string[];
}

/** Who gives the evidence: the final recipient of a request (`sdg:Publisher`). */
export interface EvidencePublisher {
  readonly identifier: Identifier;
  readonly names: readonly LocalizedText[];
  readonly jurisdictions: readonly Area[];
}

/** The access point a request goes to (`sdg:AccessService`). */
export interface AccessService {
  /** Party id and its type, as in the P-Modes. */
  readonly identifier: Identifier;
  readonly names: readonly LocalizedText[];
  /** Versions it speaks, for example `oots-edm:v2.0`. */
  readonly conformsTo: readonly string[];
  readonly publishers: readonly EvidencePublisher[];
}

/** Evidence of one type, and the services that give it (`sdg:DataServiceEvidenceType`). */
export interface DataService {
  readonly identifier: string;
  readonly classification: string;
  readonly titles: readonly LocalizedText[];
  readonly descriptions: readonly LocalizedText[];
  readonly distributions: readonly OfferedDistribution[];
  readonly accessServices: readonly AccessService[];
  /** `Low`, `Substantial` or `High`. */
  readonly levelOfAssurance?: string;
}

/** A question for the user whose answer the directory needs (DSD:ERR:0005). */
export interface DirectoryQuestion {
  /** The name of the parameter that carries the answer. */
  readonly identifier: string;
  /** `classification`, or `jurisdiction` (1.x only). */
  readonly about: 'classification' | 'jurisdiction';
  /** What kind of value: the `Type` of a classification, the level of a jurisdiction. */
  readonly type: string;
  readonly descriptions: readonly LocalizedText[];
}

/** What a problem asks of whoever put the question. */
export type ProblemKind = 'nothing-found' | 'ask-user' | 'wrong-question' | 'unknown';

/** A failure that a common service told (`rs:Exception`). */
export interface ServiceProblem {
  /** For example `DSD:ERR:0001`. */
  readonly code: string;
  readonly kind: ProblemKind;
  /** What the code means, in our words; undefined for one that is not known. */
  readonly meaning?: string;
  readonly message?: string;
  readonly detail?: string;
  /** Only of DSD:ERR:0005. */
  readonly questions: readonly DirectoryQuestion[];
}

/** What a common service answered: found objects, or the problem it told. */
export type ServiceAnswer<T> =
  | { readonly outcome: 'found'; readonly specification?: string; readonly found: readonly T[] }
  | { readonly outcome: 'problem'; readonly specification?: string; readonly problem: ServiceProblem };
