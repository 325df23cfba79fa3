import { attribute, isElement, withXml } from '../../protocol/xml/index.ts';
import type { XmlElement, XmlLimits } from '../../protocol/xml/index.ts';
import { NAMESPACES } from '../namespaces.ts';
import type {
  AccessService,
  BrokerEvidenceType,
  BrokerRequirement,
  DataService,
  EvidencePublisher,
  EvidenceTypeList,
  OfferedDistribution,
  ProcedureReference,
  ServiceAnswer,
} from './answers.ts';
import { readProblem } from './problems.ts';
import {
  areasIn,
  childOf,
  childrenOf,
  identifierIn,
  localizedIn,
  needed,
  optionalText,
  slotIn,
  textIn,
  textsIn,
  unreadable,
} from './read-elements.ts';

/** The whole catalogue of requirements has 620 kB, 8 000 elements and a depth of 10. */
export const ANSWER_LIMITS: Partial<XmlLimits> = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 32,
  maxElements: 100_000,
  allowProcessingInstructions: false,
};

/**
 * Reads what the Evidence Broker answers to both of its queries: requirements, with evidence types where those were
 * asked for. Only for an answer that `verifyAnswer` has proven. Throws `oots/answer-unreadable` and `xml/…`.
 */
export function readRequirements(body: Uint8Array): ServiceAnswer<BrokerRequirement> {
  return readObjects(body, 'Requirement', readRequirement);
}

/** Reads what the Data Service Directory answers; as `readRequirements`. */
export function readDataServices(body: Uint8Array): ServiceAnswer<DataService> {
  return readObjects(body, 'DataServiceEvidenceType', readDataService);
}

function readObjects<T>(body: Uint8Array, name: string, read: (value: XmlElement) => T): ServiceAnswer<T> {
  return withXml(body, ANSWER_LIMITS, ({ root }) => {
    if (!isElement(root, NAMESPACES.query, 'QueryResponse'))
      throw unreadable(root, 'query:QueryResponse', root.name.slice(0, 80));
    const slot = slotIn(root, 'SpecificationIdentifier');
    const specification = slot === undefined ? {} : { specification: slot.content.trim() };
    const exception = childOf(root, 'rs', 'Exception');
    const status = attribute(root, 'status') ?? '';
    if (exception !== undefined || status.endsWith(':Failure'))
      return { outcome: 'problem', ...specification, problem: readProblem(exception) };
    if (!status.endsWith(':Success'))
      throw unreadable(root, 'status Success or Failure', status.slice(0, 80));
    return { outcome: 'found', ...specification, found: objectsIn(root, name).map(read) };
  });
}

/** The value of the one slot that each object of the list has. */
function objectsIn(root: XmlElement, name: string): readonly XmlElement[] {
  const list = childOf(root, 'rim', 'RegistryObjectList');
  const objects = list === undefined ? [] : childrenOf(list, 'rim', 'RegistryObject');
  return objects.map((object) => {
    const value = slotIn(object, name);
    if (value === undefined) throw unreadable(object, `a slot ${name}`, 'none');
    return needed(value, name);
  });
}

function readRequirement(value: XmlElement): BrokerRequirement {
  return {
    identifier: textIn(value, 'Identifier'),
    names: localizedIn(value, 'Name'),
    descriptions: localizedIn(value, 'Description'),
    procedures: childrenOf(value, 'sdg', 'ReferenceFramework').map(readProcedure),
    evidenceTypeLists: childrenOf(value, 'sdg', 'EvidenceTypeList').map(readTypeList),
  };
}

function readProcedure(value: XmlElement): ProcedureReference {
  return {
    identifier: textIn(value, 'Identifier'),
    titles: localizedIn(value, 'Title'),
    procedures: childrenOf(value, 'sdg', 'RelatedTo').map((related) => textIn(related, 'Identifier')),
    jurisdictions: areasIn(value),
  };
}

function readTypeList(value: XmlElement): EvidenceTypeList {
  return {
    identifier: textIn(value, 'Identifier'),
    names: localizedIn(value, 'Name'),
    evidenceTypes: childrenOf(value, 'sdg', 'EvidenceType').map(readEvidenceType),
    jurisdictions: areasIn(value),
  };
}

function readEvidenceType(value: XmlElement): BrokerEvidenceType {
  return {
    classification: textIn(value, 'EvidenceTypeClassification'),
    titles: localizedIn(value, 'Title'),
    descriptions: localizedIn(value, 'Description'),
    jurisdictions: areasIn(value),
  };
}

function readDataService(value: XmlElement): DataService {
  const levelOfAssurance = optionalText(value, 'AuthenticationLevelOfAssurance');
  return {
    identifier: textIn(value, 'Identifier'),
    classification: textIn(value, 'EvidenceTypeClassification'),
    titles: localizedIn(value, 'Title'),
    descriptions: localizedIn(value, 'Description'),
    distributions: childrenOf(value, 'sdg', 'DistributedAs').map(readDistribution),
    accessServices: childrenOf(value, 'sdg', 'AccessService').map(readAccessService),
    ...(levelOfAssurance === undefined ? {} : { levelOfAssurance }),
  };
}

function readDistribution(value: XmlElement): OfferedDistribution {
  return {
    format: textIn(value, 'Format'),
    languages: textsIn(value, 'Language'),
    conformsTo: textsIn(value, 'ConformsTo'),
  };
}

function readAccessService(value: XmlElement): AccessService {
  return {
    identifier: identifierIn(value),
    names: localizedIn(value, 'Name'),
    conformsTo: textsIn(value, 'ConformsTo'),
    publishers: childrenOf(value, 'sdg', 'Publisher').map(readPublisher),
  };
}

function readPublisher(value: XmlElement): EvidencePublisher {
  return {
    identifier: identifierIn(value),
    names: localizedIn(value, 'Name'),
    jurisdictions: areasIn(value),
  };
}
