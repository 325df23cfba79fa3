import { createHash, randomUUID } from 'node:crypto';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import type {
  InboundMessage,
  JournalEntry,
  KeptReceipt,
  MatchExplanation,
  MatchFacts,
  Msh,
  OutboundMessage,
  OutboundStatus,
  Page,
  PageRequest,
  PartnerStatus,
  Partners,
  PartStreams,
  StoredPart,
  Submission,
  SubmitResult,
} from '../../src/msh/index.ts';

/** An MSH in memory for testing what calls it: it keeps, counts and pages, and sends nothing. */
export interface FakeMsh extends Msh {
  readonly outbound: Map<string, OutboundStatus>;
  readonly inbounds: InboundMessage[];
  readonly journalEntries: JournalEntry[];
  readonly payloads: Map<string, Buffer>;
  readonly pings: object[];
  readonly facts: MatchFacts[];
  /** Writers begun, and writers thrown away: what is neither kept nor aborted has leaked. */
  readonly writers: { begun: number; aborted: number; bytes: number };
  /** Puts a received message in the inbox. */
  deliver(overrides?: Partial<InboundMessage>, contents?: readonly DeliveredPart[]): InboundMessage;
  /** Called with each chunk of a payload before it is taken, to slow it down or to fail. */
  onChunk: (chunk: Uint8Array) => Promise<void> | void;
  /** Only counts payload bytes instead of keeping them. */
  countOnly: boolean;
}

/** A payload of a delivered message. */
export interface DeliveredPart {
  readonly content: Buffer;
  readonly mimeType: string;
  readonly href?: string;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A receipt with everything a view shows. */
export const receipt = (text = '<receipt/>'): KeptReceipt => ({
  bytes: Buffer.from(text),
  contentType: 'application/soap+xml; charset=utf-8',
  messageId: 'receipt-1@partner',
  timestamp: '2025-06-01T10:00:00.000Z',
  signer: 'ab'.repeat(32),
});

function page<T>(items: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(from)) {
    throw new QuoinError('store/bad-page', 'The cursor is not one of ours.', {
      finding: { check: 'cursor', field: 'cursor', found: cursor },
    });
  }
  const end = from + limit;
  return { items: items.slice(from, end), cursor: end < items.length ? String(end) : undefined };
}

function isOneOf(
  parties: readonly string[] | undefined,
  { userMessage }: Pick<OutboundMessage, 'userMessage'>,
  corner: string,
): boolean {
  const said = userMessage.messageProperties.find(({ name }) => name === corner)?.value;
  return parties === undefined || (said !== undefined && parties.includes(said));
}

function userMessage(
  submission: Submission,
  messageId: string,
  conversationId: string,
): OutboundMessage['userMessage'] {
  return {
    mpc: submission.mpc,
    messageInfo: {
      messageId,
      timestamp: '2025-06-01T10:00:00.000Z',
      refToMessageId: submission.refToMessageId,
    },
    from: {
      partyIds: submission.from?.partyIds ?? [{ value: 'AP_XA' }],
      role: submission.from?.role ?? 'sender',
    },
    to: {
      partyIds: submission.to?.partyIds ?? [{ value: 'AP_XB' }],
      role: submission.to?.role ?? 'receiver',
    },
    collaborationInfo: {
      agreementRef: submission.agreementRef,
      service: submission.service ?? { value: 'urn:service' },
      action: submission.action ?? 'urn:action',
      conversationId,
    },
    messageProperties: submission.messageProperties ?? [],
    payloadInfo: submission.parts.map((_, index) => ({
      href: `cid:part-${index}@ap.example`,
      properties: [],
    })),
  };
}

function result(outcome: SubmitResult['outcome'], message: OutboundMessage): SubmitResult {
  return {
    outcome,
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    pmodeId: message.pmodeId,
    state: message.state,
  };
}

/** An MSH without a world. */
export function fakeMsh(): FakeMsh {
  const outbound = new Map<string, OutboundStatus>();
  const inbounds: InboundMessage[] = [];
  const payloads = new Map<string, Buffer>();
  const writers = { begun: 0, aborted: 0, bytes: 0 };

  async function keep(
    index: number,
    content: AsyncIterable<Uint8Array>,
    submission: Submission,
  ): Promise<StoredPart> {
    const declared = submission.parts[index];
    if (declared === undefined)
      throw new QuoinError('submit/undeclared-part', 'A part came that is not declared.');
    writers.begun += 1;
    const chunks: Uint8Array[] = [];
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of content) {
        await msh.onChunk(chunk);
        size += chunk.byteLength;
        writers.bytes += chunk.byteLength;
        hash.update(chunk);
        if (!msh.countOnly) chunks.push(chunk);
      }
    } catch (error) {
      writers.aborted += 1;
      throw error;
    }
    const payload = randomUUID();
    payloads.set(payload, Buffer.concat(chunks));
    return {
      href: `cid:${declared.contentId ?? `part-${index}@ap.example`}`,
      mimeType: declared.mimeType,
      properties: declared.properties ?? [],
      payload,
      size,
      compressed: false,
      originalSize: size,
      sha256: hash.digest('hex'),
      signedDigest: '',
    };
  }

  async function keepAll(submission: Submission, streams: PartStreams): Promise<StoredPart[]> {
    const kept = new Map<number, StoredPart>();
    try {
      for await (const { index, content } of streams) kept.set(index, await keep(index, content, submission));
      return submission.parts.map((_, index) => {
        const part = kept.get(index);
        if (!part) throw new QuoinError('submit/missing-part', 'A declared part did not come.');
        return part;
      });
    } catch (error) {
      for (const part of kept.values()) payloads.delete(part.payload);
      throw error;
    }
  }

  async function submit(submission: Submission, streams: PartStreams): Promise<SubmitResult> {
    if (submission.pmode === 'unknown') {
      throw new QuoinError('submit/unknown-pmode', 'There is no such P-Mode.', {
        finding: { check: 'pmode-known', field: 'pmode', found: submission.pmode, advice: 'Name another.' },
      });
    }
    const parts = await keepAll(submission, streams);
    const messageId = submission.messageId ?? `${randomUUID()}@ap.example`;
    const fingerprint = sha256(Buffer.from(JSON.stringify([submission, parts.map((part) => part.sha256)])));
    const known = outbound.get(messageId)?.message;
    if (known) {
      for (const part of parts) payloads.delete(part.payload);
      if (known.fingerprint === fingerprint) return result('already-accepted', known);
      throw new QuoinError('submit/duplicate-message-id', 'Already submitted with other content.', {
        finding: { check: 'message-id-unique', field: 'messageId', found: messageId },
      });
    }
    const message: OutboundMessage = {
      rowId: randomUUID(),
      messageId,
      pmodeId: submission.pmode ?? 'test.pmode',
      leg: 'request',
      partner: 'AP_XB',
      state: 'SEND_ENQUEUED',
      userMessage: userMessage(submission, messageId, submission.conversationId ?? randomUUID()),
      parts,
      fingerprint,
      submittedAt: Date.now(),
      attempts: 0,
    };
    outbound.set(messageId, { message, attempts: [], upcoming: [] });
    return result('accepted', message);
  }

  const msh: FakeMsh = {
    partners: fakePartners(),
    outbound,
    inbounds,
    payloads,
    writers,
    journalEntries: [],
    pings: [],
    facts: [],
    onChunk: () => undefined,
    countOnly: false,
    submit,
    ping: (target) => {
      msh.pings.push(target);
      return submit({ pmode: 'pmode' in target ? target.pmode : 'test.pmode', parts: [] }, nothing());
    },
    receive: absent,
    resend: absent,
    lease: absent,
    release: absent,
    redeliver: absent,
    sayBusiness: absent,
    inboundEnvelope: async () => undefined,
    status: async (messageId) => outbound.get(messageId),
    listOutbound: async ({ state, conversationId, originalSenders }, request) =>
      page(
        [...outbound.values()]
          .map((status) => status.message)
          .filter((m) => state === undefined || m.state === state)
          .filter((m) => isOneOf(originalSenders, m, 'originalSender'))
          .filter(
            (m) =>
              conversationId === undefined ||
              m.userMessage.collaborationInfo.conversationId === conversationId,
          ),
        request,
      ),
    inbox: async ({ state, conversationId, action, finalRecipients }, request) =>
      page(
        inbounds
          .filter((m) => m.deliverable && (state === undefined || m.state === state))
          .filter((m) => isOneOf(finalRecipients, m, 'finalRecipient'))
          .filter((m) => action === undefined || m.userMessage.collaborationInfo.action === action)
          .filter(
            (m) =>
              conversationId === undefined ||
              m.userMessage.collaborationInfo.conversationId === conversationId,
          ),
        request,
      ),
    receivedAs: async (id) => {
      const row = inbounds.find((m) => m.rowId === id);
      return row === undefined ? inbounds.filter((m) => m.messageId === id) : [row];
    },
    inbound: async (id) => inbounds.find((m) => m.rowId === id || m.messageId === id),
    openPayload: async function* (payload) {
      const bytes = payloads.get(payload);
      if (!bytes) throw new QuoinError('payloads/not-found', 'The payload is not kept.');
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
    acknowledge: async (rowId) => {
      const at = inbounds.findIndex((m) => m.rowId === rowId && m.state === 'RECEIVED');
      if (at >= 0) inbounds[at] = { ...inbounds[at]!, state: 'DOWNLOADED', downloadedAt: Date.now() };
      return at >= 0;
    },
    journal: async ({ messageId }, request) =>
      page(
        msh.journalEntries.filter((entry) => messageId === undefined || entry.messageId === messageId),
        request,
      ),
    explain: (facts): readonly MatchExplanation[] => {
      msh.facts.push(facts);
      return [
        {
          pmodeId: 'test.pmode',
          leg: 'request',
          governs: true,
          fields: [{ field: 'action', expected: 'urn:action', found: facts.action ?? '', agrees: true }],
        },
      ];
    },
    start: async () => undefined,
    stop: async () => undefined,
    deliver: (overrides = {}, contents = []) => {
      const messageId = overrides.messageId ?? `${randomUUID()}@partner`;
      const message: InboundMessage = {
        rowId: randomUUID(),
        messageId,
        sender: 'urn:type:AP_XB',
        pmodeId: 'test.pmode',
        leg: 'response',
        partner: 'AP_XB',
        state: 'RECEIVED',
        userMessage: userMessage({ parts: [] }, messageId, 'conversation-1'),
        parts: contents.map(({ content, mimeType, href }, index) => {
          const payload = randomUUID();
          payloads.set(payload, content);
          return {
            href: href ?? `cid:part-${index}@partner`,
            mimeType,
            properties: [{ name: 'MimeType', value: mimeType }],
            payload,
            size: content.length,
            compressed: false,
            originalSize: content.length,
            sha256: sha256(content),
            signedDigest: '',
          };
        }),
        references: [],
        signer: 'cd'.repeat(32),
        receipt: receipt(),
        deliverable: true,
        receivedAt: Date.now(),
        duplicates: 0,
        ...overrides,
      };
      inbounds.push(message);
      return message;
    },
  };
  return msh;
}

/** What needs the real MSH is tested with it. */
const absent = (): Promise<never> => Promise.reject(new Error('the fake does not do this'));

async function* nothing(): AsyncGenerator<never> {
  // No parts.
}

/** One partner, AP_XB, that can be paused, resumed and reset. */
function fakePartners(): Partners {
  const at = Date.parse('2025-06-01T10:00:00Z');
  let status: PartnerStatus = {
    name: 'AP_XB',
    pmodes: ['test.pmode'],
    address: 'https://ap-xb.test/as4',
    breaker: {
      state: 'open',
      since: at,
      openedAt: at,
      failures: 5,
      waitMs: 10_000,
      until: at + 10_000,
      lastFailureAt: at,
      reason: 'nothing listens there',
    },
    running: 1,
    limit: 8,
    waiting: 3,
    dueSince: at,
  };
  return {
    list: () => Promise.resolve([status]),
    find: (name) => Promise.resolve(name === status.name ? status : undefined),
    pause: (_name, by, reason) => {
      status = { ...status, pause: { at, by, reason } };
      return Promise.resolve(true);
    },
    resume: () => {
      status = { ...status, pause: undefined };
      return Promise.resolve(true);
    },
    reset: () => {
      status = { ...status, breaker: { state: 'closed', since: at, failures: 0, waitMs: 0 } };
      return Promise.resolve();
    },
  };
}
