import { QuoinError } from '../protocol/errors/index.ts';
import {
  attribute,
  childrenNamed,
  isElement,
  optionalChild,
  textOf,
  withXml,
} from '../protocol/xml/index.ts';
import type { XmlElement } from '../protocol/xml/index.ts';
import type { Agent, EvidenceRequest, EvidenceType, NaturalPerson } from './evidence-documents.ts';
import { NAMESPACES } from './regrep.ts';

const { query: QUERY, rim: RIM, sdg: SDG } = NAMESPACES as { query: string; rim: string; sdg: string };

/** bytes; a request carries no documents, so anything larger is not one. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads an evidence request (`query:QueryRequest`, EDM 2.0) as far as answering it needs. Throws `oots/not-a-request`
 * or `oots/missing-value` naming the place.
 */
export function readEvidenceRequest(bytes: Uint8Array): EvidenceRequest {
  return withXml(bytes, { maxBytes: MAX_BYTES }, (doc) => {
    const { root } = doc;
    if (!isElement(root, QUERY, 'QueryRequest')) {
      throw new QuoinError('oots/not-a-request', 'The document is not an evidence request.', {
        finding: { check: 'root-element', expected: 'query:QueryRequest', found: root.name },
      });
    }
    const query = only(root, QUERY, 'Query');
    return {
      id: attributeOf(root, 'id').replace(/^urn:uuid:/, ''),
      issuedAt: slotText(root, 'IssueDateTime'),
      procedure: slotText(root, 'Procedure'),
      requirement: requirement(slotContent(root, 'Requirements')),
      requester: agent(slotContent(root, 'EvidenceRequester')),
      provider: agent(slotContent(root, 'EvidenceProvider')),
      person: person(slotContent(query, 'NaturalPerson')),
      evidenceType: evidenceType(slotContent(query, 'EvidenceRequest')),
    };
  });
}

function slotValue(parent: XmlElement, name: string): XmlElement {
  const slot = childrenNamed(parent, RIM, 'Slot').find((candidate) => attribute(candidate, 'name') === name);
  if (slot === undefined) throw missing(`Slot[@name='${name}']`);
  return only(slot, RIM, 'SlotValue');
}

function slotText(parent: XmlElement, name: string): string {
  return textOf(only(slotValue(parent, name), RIM, 'Value'));
}

/** The first SDG element of a slot, whether it holds one or a set. */
function slotContent(parent: XmlElement, name: string): XmlElement {
  const value = slotValue(parent, name);
  const holder = childrenNamed(value, RIM, 'Element')[0] ?? value;
  for (const type of ['Agent', 'Person', 'Requirement', 'DataServiceEvidenceType']) {
    const found = childrenNamed(holder, SDG, type)[0];
    if (found !== undefined) return found;
  }
  throw missing(`Slot[@name='${name}']/SlotValue`);
}

function requirement(element: XmlElement): EvidenceRequest['requirement'] {
  return { identifier: text(element, 'Identifier'), name: text(element, 'Name') };
}

function agent(element: XmlElement): Agent {
  const identifier = only(element, SDG, 'Identifier');
  const name = only(element, SDG, 'Name');
  const address = optionalChild(element, SDG, 'Address');
  return {
    identifier: textOf(identifier),
    scheme: attributeOf(identifier, 'schemeID'),
    name: textOf(name),
    language: attribute(name, 'lang') ?? 'EN',
    country: address === undefined ? '' : text(address, 'AdminUnitLevel1'),
  };
}

function person(element: XmlElement): NaturalPerson {
  return {
    identifier: text(element, 'Identifier'),
    familyName: text(element, 'FamilyName'),
    givenName: text(element, 'GivenName'),
    dateOfBirth: text(element, 'DateOfBirth'),
  };
}

function evidenceType(element: XmlElement): EvidenceType {
  return {
    identifier: text(element, 'Identifier'),
    classification: text(element, 'EvidenceTypeClassification'),
    title: text(element, 'Title'),
    format: text(only(element, SDG, 'DistributedAs'), 'Format'),
  };
}

function text(parent: XmlElement, name: string): string {
  return textOf(only(parent, SDG, name));
}

function only(parent: XmlElement, ns: string, name: string): XmlElement {
  const found = childrenNamed(parent, ns, name)[0];
  if (found === undefined) throw missing(name);
  return found;
}

function attributeOf(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value === undefined) throw missing(`@${name}`);
  return value;
}

function missing(place: string): QuoinError {
  return new QuoinError('oots/missing-value', `The evidence request lacks ${place}.`, {
    finding: { check: 'request-complete', field: place, expected: 'a value', found: 'nothing' },
  });
}
