import { NS, attribute, placeOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { isUri } from './parties.ts';
import {
  present,
  readAttribute,
  readShape,
  readText,
  refuseHeader,
  requireAttribute,
} from './read-fields.ts';
import type {
  AgreementRef,
  CollaborationInfo,
  MessageInfo,
  PartInfo,
  PartyId,
  PartyInfo,
  Property,
  Service,
  UserMessage,
} from './types.ts';

/** Reads `eb:UserMessage` (ebMS3 5.2.2). Throws Refusal EBMS:0009, EBMS:0003 for an untyped PartyId that is no URI. */
export function readUserMessage(element: XmlElement): UserMessage {
  const fields = readShape(element, 'UserMessage');
  const parties = readShape(fields.required('PartyInfo'), 'PartyInfo');
  const messageProperties = fields.optional('MessageProperties');
  const payloadInfo = fields.optional('PayloadInfo');
  return present({
    mpc: readAttribute(element, 'mpc', 'uri'),
    messageInfo: readMessageInfo(fields.required('MessageInfo')),
    from: readParty(parties.required('From'), 'From'),
    to: readParty(parties.required('To'), 'To'),
    collaborationInfo: readCollaborationInfo(fields.required('CollaborationInfo')),
    messageProperties:
      messageProperties === undefined ? [] : readProperties(messageProperties, 'MessageProperties'),
    payloadInfo:
      payloadInfo === undefined
        ? []
        : readShape(payloadInfo, 'PayloadInfo').all('PartInfo').map(readPartInfo),
  });
}

/** Reads `eb:MessageInfo` (ebMS3 5.2.2.1). Throws Refusal EBMS:0009. */
export function readMessageInfo(element: XmlElement): MessageInfo {
  const fields = readShape(element, 'MessageInfo');
  const refToMessageId = fields.optional('RefToMessageId');
  return present({
    timestamp: readText(fields.required('Timestamp'), 'timestamp'),
    messageId: readText(fields.required('MessageId'), 'messageId'),
    refToMessageId: refToMessageId === undefined ? undefined : readText(refToMessageId, 'messageId'),
  });
}

function readParty(element: XmlElement, name: 'From' | 'To'): PartyInfo {
  const fields = readShape(element, name);
  return {
    partyIds: fields.all('PartyId').map(readPartyId),
    role: readText(fields.required('Role'), 'identifier'),
  };
}

function readPartyId(element: XmlElement): PartyId {
  const partyId = readTyped(element);
  if (partyId.type === undefined && !isUri(partyId.value)) {
    const finding = {
      check: 'untyped-party-id-is-uri',
      field: placeOf(element),
      expected: 'a type, or a URI',
      found: partyId.value,
    };
    throw refuseHeader('a PartyId without a type must be a URI (ebMS3 5.2.2.4)', finding, {
      ebms: 'EBMS:0003',
      code: 'ebms/untyped-party-id',
    });
  }
  return partyId;
}

function readTyped(element: XmlElement): Service {
  return present({
    value: readText(element, 'identifier'),
    type: readAttribute(element, 'type', 'identifier'),
  });
}

function readAgreementRef(element: XmlElement): AgreementRef {
  return present({ ...readTyped(element), pmode: readAttribute(element, 'pmode', 'identifier') });
}

function readCollaborationInfo(element: XmlElement): CollaborationInfo {
  const fields = readShape(element, 'CollaborationInfo');
  const agreementRef = fields.optional('AgreementRef');
  return present({
    agreementRef: agreementRef === undefined ? undefined : readAgreementRef(agreementRef),
    service: readTyped(fields.required('Service')),
    action: readText(fields.required('Action'), 'token'),
    conversationId: readText(fields.required('ConversationId'), 'conversationId'),
  });
}

function readProperties(element: XmlElement, name: 'MessageProperties' | 'PartProperties'): Property[] {
  return readShape(element, name).all('Property').map(readProperty);
}

function readProperty(element: XmlElement): Property {
  return present({
    value: readText(element, 'propertyValue'),
    name: requireAttribute(element, 'name', 'identifier'),
    type: readAttribute(element, 'type', 'identifier'),
  });
}

function readPartInfo(element: XmlElement): PartInfo {
  const fields = readShape(element, 'PartInfo');
  const schema = fields.optional('Schema');
  const description = fields.optional('Description');
  const properties = fields.optional('PartProperties');
  return present({
    href: readAttribute(element, 'href', 'token'),
    schema: schema === undefined ? undefined : readSchema(schema),
    description: description === undefined ? undefined : readDescription(description),
    properties: properties === undefined ? [] : readProperties(properties, 'PartProperties'),
  });
}

function readSchema(element: XmlElement): NonNullable<PartInfo['schema']> {
  readShape(element, 'Schema');
  return present({
    location: requireAttribute(element, 'location', 'uri'),
    version: readAttribute(element, 'version', 'identifier'),
    namespace: readAttribute(element, 'namespace', 'identifier'),
  });
}

/** Reads `eb:Description`; `xml:lang` is required by the schema but empty or absent in the field. */
export function readDescription(element: XmlElement): { text: string; lang: string } {
  return { text: readText(element, 'prose'), lang: attribute(element, 'lang', NS.XML) ?? '' };
}
