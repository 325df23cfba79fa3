import type {
  Attempt,
  BusinessAcceptance,
  InboundMessage,
  JournalEntry,
  KeptReceipt,
  Leased,
  OutboundMessage,
  OutboundState,
  OutboundStatus,
  Page,
  ResendResult,
  StoredPart,
  SubmitResult,
} from '../../msh/index.ts';

type UserMessage = OutboundMessage['userMessage'];

const iso = (ms: number): string => new Date(ms).toISOString();
const isoIf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : iso(ms));

const messagePath = (messageId: string): string => `/v1/messages/${encodeURIComponent(messageId)}`;
const inboxPath = (rowId: string): string => `/v1/inbox/${encodeURIComponent(rowId)}`;

/** The Content-ID a `cid:` URL names (RFC 2392), as far as it can be decoded. */
export function contentIdOf(href: string): string {
  const id = href.replace(/^cid:/i, '');
  try {
    return decodeURIComponent(id);
  } catch {
    // Not percent-encoding at all: then it is the id as it stands.
    return id;
  }
}

const headerView = (message: UserMessage) => ({
  messageId: message.messageInfo.messageId,
  conversationId: message.collaborationInfo.conversationId,
  refToMessageId: message.messageInfo.refToMessageId,
  timestamp: message.messageInfo.timestamp,
  from: message.from,
  to: message.to,
  agreementRef: message.collaborationInfo.agreementRef,
  service: message.collaborationInfo.service,
  action: message.collaborationInfo.action,
  mpc: message.mpc,
  messageProperties: message.messageProperties,
});

const partView = (part: StoredPart) => ({
  contentId: contentIdOf(part.href),
  mimeType: part.mimeType,
  properties: part.properties,
  size: part.originalSize,
  sha256: part.sha256,
});

const receiptView = (receipt: KeptReceipt) => ({
  messageId: receipt.messageId,
  timestamp: receipt.timestamp,
  signer: receipt.signer,
  contentType: receipt.contentType,
  size: receipt.bytes.byteLength,
});

const attemptView = (attempt: Attempt) => ({
  ...attempt,
  startedAt: iso(attempt.startedAt),
  endedAt: iso(attempt.endedAt),
});

const outboundLinks = (message: OutboundMessage) => {
  const self = messagePath(message.messageId);
  return {
    self,
    receipt: message.receipt && `${self}/receipt`,
    envelope: message.envelope && `${self}/envelope`,
  };
};

/** What the receipt proves, apart from the states in which the sending is organised. */
const TRANSPORT: Readonly<Record<OutboundState, 'pending' | 'acknowledged' | 'failed'>> = {
  SEND_ENQUEUED: 'pending',
  WAITING_FOR_RECEIPT: 'pending',
  WAITING_FOR_RETRY: 'pending',
  ACKNOWLEDGED: 'acknowledged',
  SEND_FAILURE: 'failed',
  DELETED: 'failed',
};

const outboundTransport = ({ state, receipt, finishedAt }: OutboundMessage) => ({
  status: receipt === undefined ? TRANSPORT[state] : 'acknowledged',
  at: isoIf(finishedAt),
});

/** What a backend said of the business content, beside what transport proves. */
export const businessView = (business: BusinessAcceptance | undefined) =>
  business === undefined ? { status: 'unknown' } : { ...business, at: iso(business.at) };

const inboundLinks = ({ rowId }: InboundMessage) => {
  const self = inboxPath(rowId);
  return {
    self,
    acknowledge: `${self}/acknowledge`,
    receipt: `${self}/receipt`,
    envelope: `${self}/envelope`,
  };
};

/** A submission as it is answered. */
export const submittedView = (result: SubmitResult) => ({
  outcome: result.outcome,
  messageId: result.messageId,
  conversationId: result.conversationId,
  pmode: result.pmodeId,
  state: result.state,
  document: result.document,
  links: { self: messagePath(result.messageId) },
});

/** A sent message in a list. */
export const outboundView = (message: OutboundMessage) => ({
  ...headerView(message.userMessage),
  pmode: message.pmodeId,
  leg: message.leg,
  partner: message.partner,
  state: message.state,
  transport: outboundTransport(message),
  business: businessView(message.business),
  submittedAt: iso(message.submittedAt),
  attemptCount: message.attempts,
  nextAttemptAt: isoIf(message.nextAttemptAt),
  finishedAt: isoIf(message.finishedAt),
  failure: message.failure,
  resend: message.resend && { ...message.resend, at: iso(message.resend.at) },
  links: outboundLinks(message),
});

/** A message that is sent again, and what speaks against success. */
export const resentView = ({ message, warnings }: ResendResult) => ({
  ...outboundView(message),
  warnings,
});

/** A sent message with everything that happened to it. */
export const statusView = ({ message, attempts, upcoming }: OutboundStatus) => ({
  ...outboundView(message),
  parts: message.parts.map(partView),
  attempts: attempts.map(attemptView),
  upcomingAttempts: upcoming.map(iso),
  receipt: message.receipt && receiptView(message.receipt),
});

/** A received message. */
export const inboundView = (message: InboundMessage) => ({
  id: message.rowId,
  ...headerView(message.userMessage),
  pmode: message.pmodeId,
  leg: message.leg,
  partner: message.partner,
  state: message.state,
  // It is kept together with the receipt that was sent for it.
  transport: { status: 'acknowledged', at: iso(message.receivedAt) },
  business: businessView(message.business),
  lease: message.lease && { consumer: message.lease.consumer, until: iso(message.lease.until) },
  receivedAt: iso(message.receivedAt),
  downloadedAt: isoIf(message.downloadedAt),
  duplicates: message.duplicates,
  signer: message.signer,
  deliverable: message.deliverable,
  document: message.document,
  answer: message.answer,
  parts: message.parts.map((part, index) => ({
    ...partView(part),
    links: { content: `${inboxPath(message.rowId)}/parts/${index}` },
  })),
  receipt: receiptView(message.receipt),
  links: inboundLinks(message),
});

/** Messages that are one consumer's until the lease ends; only whoever leased them learns its id. */
export const leasedView = ({ lease, messages }: Leased) => ({
  lease: { ...lease, until: iso(lease.until) },
  items: messages.map(inboundView),
});

/** Where a received message stands after an act, and whether the act changed anything. */
export const standingView = (message: InboundMessage, changed: boolean) => ({
  id: message.rowId,
  messageId: message.messageId,
  state: message.state,
  changed,
});

/** A line of the journal. */
export const journalView = (entry: JournalEntry) => ({
  at: iso(entry.at),
  direction: entry.direction,
  messageId: entry.messageId,
  conversationId: entry.conversationId,
  pmode: entry.pmodeId,
  remote: entry.remote,
  failure: entry.failure,
});

/** One page and where the next one is. */
export const pageView = <T, V>(
  page: Page<T>,
  view: (item: T) => V,
  here: { readonly path: string; readonly query: Readonly<Record<string, unknown>> },
) => {
  const next = page.cursor;
  const given = Object.entries({ ...here.query, cursor: next })
    .filter(([name, value]) => typeof value === 'string' && name !== 'wait')
    .map(([name, value]): [string, string] => [name, String(value)]);
  return {
    items: page.items.map(view),
    cursor: next,
    links: { next: next === undefined ? undefined : `${here.path}?${new URLSearchParams(given).toString()}` },
  };
};
