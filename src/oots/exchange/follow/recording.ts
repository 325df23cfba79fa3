import { derivedUuid } from '../../derived-uuid.ts';
import { kindOfAction, propertyOf } from '../../exchange-header.ts';
import type { DocumentFacts, ExchangePlace, ExchangeRole, Recording, Unrecorded } from '../../ports/index.ts';
import { UUID } from '../../rules/patterns.ts';
import { readFacts } from './facts.ts';
import { moveExchange } from './move.ts';
import type { ExchangeTimes, Moving } from './move.ts';

/** How the document of a message is recorded. */
export function recordingOf(message: Message, bytes: Uint8Array, times: ExchangeTimes): Recording {
  const { direction, at, isWithheld, userMessage, rowId, messageId } = message;
  const facts = readFacts(userMessage, bytes);
  const begun = begunBy(message, roleOf(direction, userMessage), facts);
  return {
    document: { rowId, direction, messageId, at, facts },
    bytes,
    message,
    place: placeOf(begun, facts),
    move: (before) => moveExchange(before, { facts, at, begun, isWithheld }, times),
  };
}

type Message = Omit<Unrecorded, 'parts'>;

/** Who sends a request asks, and who sends an answer provides. */
function roleOf(direction: 'in' | 'out', { collaborationInfo }: Message['userMessage']): ExchangeRole {
  const isRequest = kindOfAction(collaborationInfo.action) === 'request';
  return isRequest === (direction === 'out') ? 'requester' : 'provider';
}

function begunBy(message: Message, role: ExchangeRole, facts: DocumentFacts): Moving['begun'] {
  const { userMessage, partner, pmodeId, rowId } = message;
  const isRequest = kindOfAction(userMessage.collaborationInfo.action) === 'request';
  const corners = [cornerOf(userMessage, 'originalSender'), cornerOf(userMessage, 'finalRecipient')];
  // Of a request the sender is the requester, of an answer the recipient.
  const [requester, provider] = isRequest ? corners : [...corners].reverse();
  const [party, counterparty] = role === 'requester' ? [requester, provider] : [provider, requester];
  const exchangeId = exchangeIdOf(userMessage);
  return {
    // With both corners: no party comes into the exchange of another one by naming its id.
    id: derivedUuid(
      JSON.stringify([role, partner, party, counterparty, exchangeId ?? facts.requestId ?? rowId]),
    ),
    role,
    partner,
    pmodeId,
    ...(party === undefined ? {} : { party }),
    ...(counterparty === undefined ? {} : { counterparty }),
    ...(exchangeId === undefined ? {} : { exchangeId }),
    conversationId: userMessage.collaborationInfo.conversationId,
    requestRowId: rowId,
  };
}

/** Characters of a party that is one; the same as for whom messages are kept. */
const LONGEST_PARTY = 255;

/** Who a corner is decides who may see the exchange: where it is not said once, in full, nobody is it. */
function cornerOf(
  { messageProperties }: Message['userMessage'],
  name: 'originalSender' | 'finalRecipient',
): string | undefined {
  const [only, ...more] = messageProperties.filter((property) => property.name === name);
  return more.length === 0 && only !== undefined && only.value.length <= LONGEST_PARTY
    ? only.value
    : undefined;
}

function exchangeIdOf(userMessage: Message['userMessage']): string | undefined {
  const said = propertyOf(userMessage, 'ExchangeId')?.value.trim().toLowerCase();
  return said !== undefined && UUID.test(said) ? said : undefined;
}

function placeOf(begun: Moving['begun'], facts: DocumentFacts): ExchangePlace {
  const { role, partner, id, exchangeId, conversationId } = begun;
  const { kind, requestId, previewLocation } = facts;
  const isSecond = kind === 'request' && previewLocation !== undefined && exchangeId === undefined;
  // Nothing but the id of its exchange tells where what cannot be read belongs.
  const belongs = kind !== 'unreadable' || exchangeId !== undefined;
  return {
    role,
    partner,
    ...(belongs ? { id } : {}),
    ...(kind === 'request' || kind === 'unreadable' ? {} : { answers: requestId ?? '' }),
    ...(isSecond ? { preview: { conversationId, location: previewLocation } } : {}),
  };
}
