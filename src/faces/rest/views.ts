import type {
  Attempt,
  InboundMessage,
  JournalEntry,
  KeptReceipt,
  OutboundMessage,
  OutboundStatus,
  Page,
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

/** A submission as it is answered. */
export const submittedView = (result: SubmitResult) => ({
  outcome: result.outcome,
  messageId: result.messageId,
  conversationId: result.conversationId,
  pmode: result.pmodeId,
  state: result.state,
  links: { self: messagePath(result.messageId) },
});

/** A sent message in a list. */
export const outboundView = (message: OutboundMessage) => ({
  ...headerView(message.userMessage),
  pmode: message.pmodeId,
  leg: message.leg,
  state: message.state,
  submittedAt: iso(message.submittedAt),
  attemptCount: message.attempts,
  nextAttemptAt: isoIf(message.nextAttemptAt),
  finishedAt: isoIf(message.finishedAt),
  failure: message.failure,
  links: outboundLinks(message),
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
  state: message.state,
  receivedAt: iso(message.receivedAt),
  downloadedAt: isoIf(message.downloadedAt),
  duplicates: message.duplicates,
  signer: message.signer,
  deliverable: message.deliverable,
  parts: message.parts.map((part, index) => ({
    ...partView(part),
    links: { content: `${inboxPath(message.rowId)}/parts/${index}` },
  })),
  receipt: receiptView(message.receipt),
  links: { self: inboxPath(message.rowId), acknowledge: `${inboxPath(message.rowId)}/acknowledge` },
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
