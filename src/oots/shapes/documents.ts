import { byType } from '../codec/by-type.ts';
import type { ElementCodec } from '../codec/codec.ts';
import { any, attr, maybe, one, requiredAttr } from '../codec/members.ts';
import { anyValue, BOOLEAN, collection, DATE_TIME, slot, STRING } from '../codec/slots.ts';
import { structure } from '../codec/structure.ts';
import type { Members } from '../codec/structure.ts';
import { EXCEPTIONS } from '../model/error-response.ts';
import type { ErrorResponse, ExceptionType, ExchangeException } from '../model/error-response.ts';
import type { EvidenceQuery, EvidenceRequest, ResponseOption } from '../model/request.ts';
import type {
  Association,
  Classification,
  EvidenceResponse,
  ExtrinsicObject,
  RegistryObject,
  RegistryObjectList,
  RegistryPackage,
  RepositoryItemRef,
} from '../model/response.ts';
import { LOCALIZED_STRINGS, PROCEDURE } from './localized.ts';
import * as sdg from './sdg.ts';

const AGENT = anyValue('sdg:Agent', sdg.AGENT);
const AGENTS = collection('sdg:Agent', sdg.AGENT);

/** `query:QueryRequest`: slots first, then what RegRep adds (TDD 4.5.1). */
export const EVIDENCE_REQUEST = structure<EvidenceRequest>({
  id: requiredAttr('id'),
  lang: attr('xml:lang'),
  specificationIdentifier: slot('SpecificationIdentifier', STRING),
  issueDateTime: slot('IssueDateTime', DATE_TIME),
  procedure: slot('Procedure', PROCEDURE),
  previewLocation: slot('PreviewLocation', STRING),
  returnLocation: slot('ReturnLocation', STRING),
  possibilityForPreview: slot('PossibilityForPreview', BOOLEAN),
  explicitRequestGiven: slot('ExplicitRequestGiven', BOOLEAN),
  requirements: slot('Requirements', collection('sdg:Requirement', sdg.REQUIREMENT)),
  evidenceRequester: slot('EvidenceRequester', AGENTS),
  evidenceProvider: slot('EvidenceProvider', AGENT),
  evidenceProviderClassifications: slot(
    'EvidenceProviderClassification',
    collection('sdg:EvidenceProviderClassification', sdg.PROVIDER_CLASSIFICATION),
  ),
  responseOption: one('query:ResponseOption', structure<ResponseOption>({ returnType: attr('returnType') })),
  query: one(
    'query:Query',
    structure<EvidenceQuery>({
      queryDefinition: requiredAttr('queryDefinition'),
      evidenceRequest: slot(
        'EvidenceRequest',
        anyValue('sdg:DataServiceEvidenceType', sdg.DATA_SERVICE_EVIDENCE_TYPE),
      ),
      naturalPerson: slot('NaturalPerson', anyValue('sdg:Person', sdg.NATURAL_PERSON)),
      legalPerson: slot('LegalPerson', anyValue('sdg:LegalPerson', sdg.LEGAL_PERSON)),
      authorizedRepresentative: slot('AuthorizedRepresentative', anyValue('sdg:Person', sdg.NATURAL_PERSON)),
      authorizedRepresentativeLegalPerson: slot(
        'AuthorizedRepresentativeLegalPerson',
        anyValue('sdg:LegalPerson', sdg.LEGAL_PERSON),
      ),
    }),
  ),
});

const CLASSIFICATION = structure<Classification>({
  id: requiredAttr('id'),
  classificationScheme: attr('classificationScheme'),
  classificationNode: attr('classificationNode'),
});

const EXTRINSIC_OBJECT: Members<Omit<ExtrinsicObject, 'type'>> = {
  id: requiredAttr('id'),
  metadata: slot('EvidenceMetadata', anyValue('sdg:Evidence', sdg.EVIDENCE)),
  classifications: any('rim:Classification', CLASSIFICATION),
  repositoryItemRef: maybe(
    'rim:RepositoryItemRef',
    structure<RepositoryItemRef>({ href: attr('xlink:href'), title: attr('xlink:title') }),
  ),
};

const ASSOCIATION: Members<Omit<Association, 'type'>> = {
  id: requiredAttr('id'),
  associationType: requiredAttr('type'),
  sourceObject: requiredAttr('sourceObject'),
  targetObject: requiredAttr('targetObject'),
};

/** Packages hold lists, and lists hold packages: the parser's depth limit bounds both. */
const OBJECT_LIST: ElementCodec<RegistryObjectList> = {
  read: (found, place, reading) => LIST.read(found, place, reading),
  write: (name, value, writing) => LIST.write(name, value, writing),
};

const REGISTRY_OBJECT = byType<RegistryObject>({
  ExtrinsicObjectType: structure(EXTRINSIC_OBJECT, { type: 'rim:ExtrinsicObjectType' }),
  AssociationType: structure(ASSOCIATION, { type: 'rim:AssociationType' }),
  RegistryPackageType: structure<Omit<RegistryPackage, 'type'>>(
    { id: requiredAttr('id'), objectList: maybe('rim:RegistryObjectList', OBJECT_LIST) },
    { type: 'rim:RegistryPackageType' },
  ),
});

const LIST = structure<RegistryObjectList>({ objects: any('rim:RegistryObject', REGISTRY_OBJECT) });

/** `query:QueryResponse` with evidence, without, or deferred (TDD 4.5.2). */
export const EVIDENCE_RESPONSE = structure<EvidenceResponse>({
  requestId: attr('requestId'),
  status: requiredAttr('status'),
  specificationIdentifier: slot('SpecificationIdentifier', STRING),
  evidenceResponseIdentifier: slot('EvidenceResponseIdentifier', STRING),
  issueDateTime: slot('IssueDateTime', DATE_TIME),
  evidenceProvider: slot('EvidenceProvider', AGENTS),
  evidenceRequester: slot('EvidenceRequester', AGENT),
  responseAvailableDateTime: slot('ResponseAvailableDateTime', DATE_TIME),
  objectList: maybe('rim:RegistryObjectList', OBJECT_LIST),
});

const exception = (type: ExceptionType) =>
  structure<Omit<ExchangeException, 'type'>>(
    {
      severity: attr('severity'),
      message: attr('message'),
      detail: attr('detail'),
      code: attr('code'),
      timestamp: slot('Timestamp', DATE_TIME),
      previewLocation: slot('PreviewLocation', STRING),
      previewDescription: slot('PreviewDescription', LOCALIZED_STRINGS),
      previewMethod: slot('PreviewMethod', STRING),
    },
    { type: EXCEPTIONS[type].type },
  );

const EXCEPTION = byType<ExchangeException>({
  AuthenticationExceptionType: exception('AuthenticationExceptionType'),
  AuthorizationExceptionType: exception('AuthorizationExceptionType'),
  InvalidRequestExceptionType: exception('InvalidRequestExceptionType'),
  ObjectNotFoundExceptionType: exception('ObjectNotFoundExceptionType'),
  TimeoutExceptionType: exception('TimeoutExceptionType'),
  UnresolvedReferenceExceptionType: exception('UnresolvedReferenceExceptionType'),
  UnsupportedCapabilityExceptionType: exception('UnsupportedCapabilityExceptionType'),
  QueryExceptionType: exception('QueryExceptionType'),
});

/** `query:QueryResponse` with exceptions (TDD 4.5.3). */
export const ERROR_RESPONSE = structure<ErrorResponse>({
  requestId: attr('requestId'),
  status: requiredAttr('status'),
  specificationIdentifier: slot('SpecificationIdentifier', STRING),
  evidenceResponseIdentifier: slot('EvidenceResponseIdentifier', STRING),
  errorProvider: slot('ErrorProvider', AGENT),
  evidenceRequester: slot('EvidenceRequester', AGENT),
  exceptions: any('rs:Exception', EXCEPTION),
});
