import type { InboundMessage } from '../msh/index.ts';
import { contentIdOf } from './content-id.ts';
import type { DocumentKind } from './read-document.ts';
import type { HeaderFacts, PropertyFacts } from './rules/index.ts';
import type { EdmVersion } from './versions.ts';
import { REGREP_MIME_TYPE } from './write-document.ts';

type UserMessage = InboundMessage['userMessage'];

/** The service of the exchange and its type (TDD 4.7.1). */
export const SERVICE = { value: 'QueryManager', type: 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0' };

/** Its name alone. */
export const EXCHANGE_SERVICE = SERVICE.value;

/** What a message with a document of a kind is called (TDD 4.7.1). */
export const ACTIONS: Readonly<Record<DocumentKind, string>> = {
  request: 'ExecuteQueryRequest',
  response: 'ExecuteQueryResponse',
  error: 'ExceptionResponse',
};

/** Whether a message belongs to the evidence exchange. */
export function isOfExchange({ collaborationInfo: { service } }: UserMessage): boolean {
  return service.value === SERVICE.value && service.type === SERVICE.type;
}

/** What the rules look at, from the header of a message. */
export function headerFacts(message: UserMessage): HeaderFacts {
  const { action, conversationId } = message.collaborationInfo;
  const sides = [
    ['From', message.from],
    ['To', message.to],
  ] as const;
  return {
    action,
    conversationId,
    parties: sides.flatMap(([name, { partyIds }]) => partyIds.map((id) => ({ name, ...id }))),
    messageProperties: message.messageProperties,
    parts: partFacts(message),
  };
}

/** The parts of a message as the rules look at them. */
export function partFacts({ payloadInfo }: UserMessage): HeaderFacts['parts'] {
  return payloadInfo.map(({ href, properties }) => ({
    contentId: contentIdOf(href),
    mimeType: properties.find(({ name }) => name === 'MimeType')?.value,
  }));
}

/** Position of the RegRep document: the part that says so, or else the first (R-EDM-ebMS-032 is a warning). */
export function documentPartOf(message: UserMessage): number {
  return Math.max(
    0,
    partFacts(message).findIndex(({ mimeType }) => mimeType === REGREP_MIME_TYPE),
  );
}

/** The kind of document that goes with an action; undefined for one that is not of the exchange. */
export function kindOfAction(action: string | undefined): DocumentKind | undefined {
  return (Object.keys(ACTIONS) as DocumentKind[]).find((kind) => ACTIONS[kind] === action);
}

/** A message property by its name. */
export function propertyOf(
  { messageProperties }: Pick<HeaderFacts, 'messageProperties'>,
  name: string,
): PropertyFacts | undefined {
  return messageProperties.find((property) => property.name === name);
}

/** Properties of an answer: the corners change places; the exchange is the same, and the version the one that is answered in. */
export function answerProperties(
  header: Pick<HeaderFacts, 'messageProperties'>,
  version: EdmVersion,
): readonly PropertyFacts[] {
  const sources: Readonly<Record<string, string>> = {
    originalSender: 'finalRecipient',
    finalRecipient: 'originalSender',
  };
  return version.headerProperties.flatMap((name) => {
    if (name === 'SpecificationId') return [{ name, value: version.specification }];
    const source = propertyOf(header, sources[name] ?? name);
    return source === undefined ? [] : [{ ...source, name }];
  });
}
