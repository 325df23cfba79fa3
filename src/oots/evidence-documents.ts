import { element } from '../protocol/xml/index.ts';
import { anySlot, collectionSlot, declarations, leaf, valueSlot } from './regrep.ts';

/** An organisation in an exchange (`sdg:Agent`). Country is an OOTS country code. */
export interface Agent {
  readonly identifier: string;
  readonly scheme: string;
  readonly name: string;
  readonly language: string;
  readonly country: string;
}

/** The person the evidence is about. Dates are `YYYY-MM-DD`. */
export interface NaturalPerson {
  readonly identifier: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly dateOfBirth: string;
}

/** The type of evidence that is asked for. */
export interface EvidenceType {
  readonly identifier: string;
  readonly classification: string;
  readonly title: string;
  readonly format: string;
}

/** What an evidence request says (EDM 2.0, TDD 4.5.1). */
export interface EvidenceRequest {
  /** UUID of the request. */
  readonly id: string;
  /** ISO 8601. */
  readonly issuedAt: string;
  readonly procedure: string;
  readonly requirement: { readonly identifier: string; readonly name: string };
  readonly requester: Agent;
  readonly provider: Agent;
  readonly person: NaturalPerson;
  readonly evidenceType: EvidenceType;
}

/** What an answer with one piece of evidence says (EDM 2.0, TDD 4.5.2). */
export interface EvidenceResponse {
  readonly request: EvidenceRequest;
  /** UUIDs of the response, its package, the evidence object, its metadata and its classification. */
  readonly ids: {
    readonly response: string;
    readonly package: string;
    readonly object: string;
    readonly evidence: string;
    readonly classification: string;
  };
  readonly issuedAt: string;
  /** `cid:` URI of the part that holds the document. */
  readonly documentHref: string;
  readonly issuingDate: string;
}

/** Version of the exchange data model these documents are written in. */
export const SPECIFICATION = 'oots-edm:v2.0';

/** Media type of the RegRep part (R-EDM-ebMS-030). */
export const REGREP_MIME_TYPE = 'application/x-ebrs+xml';

/** Writes an evidence request as `query:QueryRequest`. */
export function writeEvidenceRequest(request: EvidenceRequest): string {
  return element(
    'query:QueryRequest',
    { ...declarations(), id: `urn:uuid:${request.id}` },
    valueSlot('SpecificationIdentifier', 'StringValueType', SPECIFICATION),
    valueSlot('IssueDateTime', 'DateTimeValueType', request.issuedAt),
    valueSlot('Procedure', 'StringValueType', request.procedure),
    valueSlot('PossibilityForPreview', 'BooleanValueType', 'false'),
    valueSlot('ExplicitRequestGiven', 'BooleanValueType', 'true'),
    collectionSlot('Requirements', [
      element(
        'sdg:Requirement',
        {},
        leaf('sdg:Identifier', request.requirement.identifier),
        leaf('sdg:Name', request.requirement.name, { lang: 'EN' }),
      ),
    ]),
    collectionSlot('EvidenceRequester', [fullAgent(request.requester, 'ER')]),
    anySlot('EvidenceProvider', briefAgent(request.provider)),
    element('query:ResponseOption', { returnType: 'LeafClassWithRepositoryItem' }),
    element(
      'query:Query',
      { queryDefinition: 'DocumentQuery' },
      anySlot('NaturalPerson', person(request.person)),
      anySlot('EvidenceRequest', evidenceType(request.evidenceType)),
    ),
  );
}

/** Writes an answer with one main evidence as `query:QueryResponse`. */
export function writeEvidenceResponse(response: EvidenceResponse): string {
  const { request, ids } = response;
  return element(
    'query:QueryResponse',
    {
      ...declarations(),
      status: 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success',
      requestId: `urn:uuid:${request.id}`,
    },
    valueSlot('SpecificationIdentifier', 'StringValueType', SPECIFICATION),
    valueSlot('EvidenceResponseIdentifier', 'StringValueType', ids.response),
    valueSlot('IssueDateTime', 'DateTimeValueType', response.issuedAt),
    collectionSlot('EvidenceProvider', [fullAgent(request.provider, 'EP')]),
    anySlot('EvidenceRequester', briefAgent(request.requester)),
    element(
      'rim:RegistryObjectList',
      {},
      element(
        'rim:RegistryObject',
        { 'xsi:type': 'rim:RegistryPackageType', id: `urn:uuid:${ids.package}` },
        element('rim:RegistryObjectList', {}, mainEvidence(response)),
      ),
    ),
  );
}

function mainEvidence(response: EvidenceResponse): string {
  const { ids } = response;
  return element(
    'rim:RegistryObject',
    { 'xsi:type': 'rim:ExtrinsicObjectType', id: `urn:uuid:${ids.object}` },
    anySlot('EvidenceMetadata', evidenceMetadata(response)),
    element('rim:Classification', {
      id: `urn:uuid:${ids.classification}`,
      classificationScheme: 'urn:fdc:oots:classification:edm',
      classificationNode: 'MainEvidence',
    }),
    element('rim:RepositoryItemRef', { 'xlink:href': response.documentHref, 'xlink:title': 'Evidence' }),
  );
}

function evidenceMetadata({ ids, request, issuingDate }: EvidenceResponse): string {
  return element(
    'sdg:Evidence',
    {},
    leaf('sdg:Identifier', ids.evidence),
    element('sdg:IsAbout', {}, element('sdg:NaturalPerson', {}, ...personFacts(request.person))),
    element('sdg:IssuingAuthority', {}, ...agentName(request.provider)),
    element(
      'sdg:IsConformantTo',
      {},
      leaf('sdg:EvidenceTypeClassification', request.evidenceType.classification),
      leaf('sdg:Title', request.evidenceType.title, { lang: 'EN' }),
    ),
    leaf('sdg:IssuingDate', issuingDate),
    element('sdg:Distribution', {}, leaf('sdg:Format', request.evidenceType.format)),
  );
}

function agentName(agent: Agent): readonly string[] {
  return [
    leaf('sdg:Identifier', agent.identifier, { schemeID: agent.scheme }),
    leaf('sdg:Name', agent.name, { lang: agent.language }),
  ];
}

function briefAgent(agent: Agent): string {
  return element('sdg:Agent', {}, ...agentName(agent));
}

function fullAgent(agent: Agent, classification: 'ER' | 'EP'): string {
  const address = element('sdg:Address', {}, leaf('sdg:AdminUnitLevel1', agent.country));
  return element('sdg:Agent', {}, ...agentName(agent), address, leaf('sdg:Classification', classification));
}

function personFacts(about: NaturalPerson): readonly string[] {
  return [
    leaf('sdg:Identifier', about.identifier, { schemeID: 'eidas' }),
    leaf('sdg:FamilyName', about.familyName),
    leaf('sdg:GivenName', about.givenName),
    leaf('sdg:DateOfBirth', about.dateOfBirth),
  ];
}

function person(about: NaturalPerson): string {
  return element('sdg:Person', {}, leaf('sdg:LevelOfAssurance', 'High'), ...personFacts(about));
}

function evidenceType(type: EvidenceType): string {
  return element(
    'sdg:DataServiceEvidenceType',
    {},
    leaf('sdg:Identifier', type.identifier),
    leaf('sdg:EvidenceTypeClassification', type.classification),
    leaf('sdg:Title', type.title, { lang: 'EN' }),
    element('sdg:DistributedAs', {}, leaf('sdg:Format', type.format), leaf('sdg:Language', 'EN')),
  );
}
