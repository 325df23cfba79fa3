import { QuoinError } from '../errors/index.ts';
import { element } from '../xml/index.ts';
import { isUri } from './parties.ts';
import type { CollaborationInfo, MessageInfo, PartInfo, PartyInfo, Property, UserMessage } from './types.ts';
import { COUNT_LIMITS } from './values.ts';
import { leaf, optionalAttribute, written } from './write-fields.ts';

/**
 * `eb:UserMessage` in the order of the schema (ebMS3 5.2.2), for `writeMessaging`. The same message always gives the
 * same text. Throws QuoinError `ebms/unwritable-value` for a value or number of values that must not go out.
 */
export function writeUserMessage(message: UserMessage): string {
  return element(
    'eb:UserMessage',
    { mpc: optionalAttribute('uri', message.mpc, 'eb:UserMessage/@mpc') },
    writeMessageInfo(message.messageInfo),
    element('eb:PartyInfo', {}, writeParty('From', message.from), writeParty('To', message.to)),
    writeCollaborationInfo(message.collaborationInfo),
    writeProperties('MessageProperties', message.messageProperties),
    writePayloadInfo(message.payloadInfo),
  );
}

/** `eb:MessageInfo` (ebMS3 5.2.2.1). Throws QuoinError `ebms/unwritable-value`. */
export function writeMessageInfo({ timestamp, messageId, refToMessageId }: MessageInfo): string {
  const reference = refToMessageId === undefined ? '' : leaf('RefToMessageId', 'messageId', refToMessageId);
  const info = leaf('Timestamp', 'timestamp', timestamp) + leaf('MessageId', 'messageId', messageId);
  return element('eb:MessageInfo', {}, info, reference);
}

/** Throws QuoinError `ebms/unwritable-value` when a list is longer than a reader accepts, or shorter. */
export function checkCount(what: string, count: number, min: number, max: number): void {
  if (count >= min && count <= max) return;
  const finding = {
    check: 'value-count',
    field: `eb:${what}`,
    expected: `${min} to ${max}`,
    found: String(count),
  };
  throw new QuoinError('ebms/unwritable-value', `${count} eb:${what} cannot be written`, { finding });
}

function type(text: string | undefined, of: string): { type: string | undefined } {
  return { type: optionalAttribute('identifier', text, `eb:${of}/@type`) };
}

function writeParty(side: 'From' | 'To', party: PartyInfo): string {
  checkCount('PartyId', party.partyIds.length, 1, COUNT_LIMITS.partyIds);
  const ids = party.partyIds.map((id) => {
    if (!id.type && !isUri(id.value)) {
      const finding = { check: 'untyped-party-id-is-uri', field: `eb:${side}/eb:PartyId`, found: id.value };
      throw new QuoinError('ebms/unwritable-value', 'a PartyId without a type must be a URI', { finding });
    }
    return leaf('PartyId', 'identifier', id.value, type(id.type, 'PartyId'));
  });
  return element(`eb:${side}`, {}, ...ids, leaf('Role', 'identifier', party.role));
}

function writeCollaborationInfo(info: CollaborationInfo): string {
  const { agreementRef, service, action, conversationId } = info;
  const pmode = optionalAttribute('identifier', agreementRef?.pmode, 'eb:AgreementRef/@pmode');
  const agreement =
    agreementRef === undefined
      ? ''
      : leaf('AgreementRef', 'identifier', agreementRef.value, {
          ...type(agreementRef.type, 'AgreementRef'),
          pmode,
        });
  return element(
    'eb:CollaborationInfo',
    {},
    agreement,
    leaf('Service', 'identifier', service.value, type(service.type, 'Service')),
    leaf('Action', 'token', action),
    leaf('ConversationId', 'conversationId', conversationId),
  );
}

function writeProperties(name: 'MessageProperties' | 'PartProperties', list: readonly Property[]): string {
  if (list.length === 0) return '';
  checkCount('Property', list.length, 1, COUNT_LIMITS.properties);
  const properties = list.map((property) =>
    leaf('Property', 'propertyValue', property.value, {
      name: written('identifier', property.name, 'eb:Property/@name'),
      ...type(property.type, 'Property'),
    }),
  );
  return element(`eb:${name}`, {}, ...properties);
}

function writePayloadInfo(parts: readonly PartInfo[]): string {
  if (parts.length === 0) return '';
  checkCount('PartInfo', parts.length, 1, COUNT_LIMITS.parts);
  return element('eb:PayloadInfo', {}, ...parts.map(writePartInfo));
}

function writePartInfo({ href, schema, description, properties }: PartInfo): string {
  return element(
    'eb:PartInfo',
    { href: optionalAttribute('token', href, 'eb:PartInfo/@href') },
    schema === undefined ? '' : writeSchema(schema),
    description === undefined ? '' : writeDescription(description),
    writeProperties('PartProperties', properties),
  );
}

function writeSchema(schema: NonNullable<PartInfo['schema']>): string {
  return element('eb:Schema', {
    location: written('uri', schema.location, 'eb:Schema/@location'),
    version: optionalAttribute('identifier', schema.version, 'eb:Schema/@version'),
    namespace: optionalAttribute('identifier', schema.namespace, 'eb:Schema/@namespace'),
  });
}

/** `eb:Description` with the `xml:lang` the schema requires. Throws QuoinError `ebms/unwritable-value`. */
export function writeDescription({ text, lang }: { readonly text: string; readonly lang: string }): string {
  return leaf('Description', 'prose', text, {
    'xml:lang': written('language', lang, 'eb:Description/@xml:lang'),
  });
}
