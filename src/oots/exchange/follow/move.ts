import type {
  DocumentFacts,
  DocumentFlaw,
  Exchange,
  ExchangeBefore,
  ExchangeEventName,
  ExchangeMove,
  ExchangeRole,
} from '../../ports/index.ts';

/** How long what may take, ms (TDD 4.4 4.4.3: T1, T2, T3). */
export interface ExchangeTimes {
  readonly answerMs: number;
  readonly previewMs: number;
  readonly decisionMs: number;
  /** By how much a requester waits longer than the provider. */
  readonly patienceMs: number;
}

/** A document and what its message says of the exchange. */
export interface Moving {
  readonly facts: DocumentFacts;
  /** ms since the epoch. */
  readonly at: number;
  /** Everything an exchange that begins with this document is. */
  readonly begun: Pick<
    Exchange,
    | 'id'
    | 'role'
    | 'partner'
    | 'pmodeId'
    | 'party'
    | 'counterparty'
    | 'exchangeId'
    | 'conversationId'
    | 'requestRowId'
  >;
  /** The message was refused for its document, and its sender is told so. */
  readonly isWithheld: boolean;
}

/** What a document does to its exchange. Pure: every order of arrival has one outcome. */
export function moveExchange(before: ExchangeBefore, moving: Moving, times: ExchangeTimes): ExchangeMove {
  const { kind, previewLocation } = moving.facts;
  if (kind === 'unreadable') return { flaw: 'unreadable' };
  if (kind !== 'request') return answer(before.exchange, moving, times);
  // What is withheld is refused by the check already.
  if (before.isRepeated)
    return moving.isWithheld ? { flaw: 'repeated-request' } : refused(moving, 'repeated-request');
  if (moving.isWithheld) return { exchange: withheld(before.exchange, moving) };
  if (previewLocation === undefined) return firstRequest(before.exchange, moving, times);
  return secondRequest(before, moving, times);
}

/** A provider has to tell whoever asked; what we asked ourselves was said and cannot be taken back. */
function refused({ begun }: Moving, flaw: DocumentFlaw): ExchangeMove {
  return { flaw, ...(begun.role === 'provider' ? { refusal: 'due' } : {}) };
}

function request(exchange: Exchange | undefined, { facts, at, begun }: Moving): Omit<Exchange, 'state'> {
  return {
    ...begun,
    id: exchange?.id ?? begun.id,
    version: facts.version,
    ...(facts.procedure === undefined ? {} : { procedure: facts.procedure }),
    ...(facts.evidenceType === undefined ? {} : { evidenceType: facts.evidenceType }),
    requestId: facts.requestId ?? '',
    createdAt: exchange?.createdAt ?? at,
    changedAt: at,
  };
}

/** Also the beginning of a new round in an exchange that had its answer: a deferred one is asked for again. */
function firstRequest(exchange: Exchange | undefined, moving: Moving, times: ExchangeTimes): ExchangeMove {
  const dueAt = due(moving.begun.role, moving.at, times.answerMs, times);
  return {
    exchange: { ...request(exchange, moving), state: 'requested', dueAt },
    ...toProvider(moving.begun.role, 'requested'),
  };
}

/** Only the link that was given, only once, and for the evidence that is looked at (TDD 4.9 steps 3 and 12). */
function secondRequest(
  { exchange, question }: ExchangeBefore,
  moving: Moving,
  times: ExchangeTimes,
): ExchangeMove {
  const { previewLocation } = moving.facts;
  if (exchange?.state !== 'preview-required' || exchange.previewLocation !== previewLocation)
    return refused(moving, 'unknown-preview');
  const isOfOther =
    exchange.party !== moving.begun.party || exchange.counterparty !== moving.begun.counterparty;
  const isChanged = question !== undefined && moving.facts.question !== question;
  if (isOfOther || isChanged) return refused(moving, 'changed-request');
  const dueAt = due(moving.begun.role, moving.at, times.decisionMs, times);
  return {
    exchange: {
      ...request(exchange, moving),
      ...(previewLocation === undefined ? {} : { previewLocation }),
      state: 'preview-requested',
      dueAt,
    },
    ...toProvider(moving.begun.role, 'requested'),
  };
}

function withheld(exchange: Exchange | undefined, moving: Moving): Exchange {
  return {
    ...request(exchange, moving),
    state: 'answered',
    outcome: 'exception',
    exception: INVALID_REQUEST,
  };
}

/** Code of the exception that refuses a request. */
const INVALID_REQUEST = 'EDM:ERR:0003';

function answer(exchange: Exchange | undefined, moving: Moving, times: ExchangeTimes): ExchangeMove {
  const { facts } = moving;
  if (exchange === undefined) return { flaw: 'unknown-request' };
  if (facts.requestId !== exchange.requestId) return { flaw: 'superseded' };
  const isPreview = facts.outcome === undefined;
  if (exchange.state === 'answered') return isSame(exchange, facts) ? {} : { flaw: 'answered-before' };
  if (exchange.state === 'preview-required' && isPreview) return { flaw: 'answered-before' };
  return isPreview ? previewRequired(exchange, moving, times) : answered(exchange, moving);
}

/** A refusal that was foreseen when its request was withheld. */
function isSame(exchange: Exchange, { outcome, exception }: DocumentFacts): boolean {
  return exception === INVALID_REQUEST && exchange.outcome === outcome && exchange.exception === exception;
}

function previewRequired(exchange: Exchange, { facts, at }: Moving, times: ExchangeTimes): ExchangeMove {
  return {
    exchange: {
      ...exchange,
      state: 'preview-required',
      previewLocation: facts.previewLocation ?? '',
      changedAt: at,
      dueAt: due(exchange.role, at, times.previewMs, times),
    },
    ...toRequester(exchange.role, 'preview-required'),
  };
}

function answered(exchange: Exchange, { facts, at }: Moving): ExchangeMove {
  const { dueAt: _over, ...rest } = exchange;
  return {
    exchange: {
      ...rest,
      state: 'answered',
      changedAt: at,
      ...(facts.outcome === undefined ? {} : { outcome: facts.outcome }),
      ...(facts.exception === undefined ? {} : { exception: facts.exception }),
      ...(facts.availableAt === undefined ? {} : { availableAt: facts.availableAt }),
    },
    ...toRequester(exchange.role, 'answered'),
  };
}

function due(role: ExchangeRole, at: number, ms: number, { patienceMs }: ExchangeTimes): number {
  return at + ms + (role === 'requester' ? patienceMs : 0);
}

/** Whoever acts needs not be told what it did. */
function toProvider(role: ExchangeRole, event: ExchangeEventName): Pick<ExchangeMove, 'event'> {
  return role === 'provider' ? { event } : {};
}

function toRequester(role: ExchangeRole, event: ExchangeEventName): Pick<ExchangeMove, 'event'> {
  return role === 'requester' ? { event } : {};
}
