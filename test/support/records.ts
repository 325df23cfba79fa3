import { createHash, randomUUID } from 'node:crypto';
import type {
  Attempt,
  JournalEntry,
  KeptEnvelope,
  KeptReceipt,
  NewInboundMessage,
  NewOutboundMessage,
  StoredPart,
} from '../../src/msh/ports/index.ts';
import type { UserMessage } from '../../src/protocol/ebms/index.ts';

/** A user message with every optional value in use and characters that columns like to spoil. */
export function userMessage(
  messageId: string,
  values: { conversationId?: string; action?: string; service?: string } = {},
): UserMessage {
  return {
    mpc: 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/defaultMPC',
    messageInfo: { timestamp: '2026-03-01T10:00:00.000Z', messageId, refToMessageId: 'earlier@example.test' },
    from: {
      partyIds: [
        { value: 'C2-ÅÄÖ "quoted" \\ 😀', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots' },
      ],
      role: 'http://sdg.europa.eu/edelivery/gateway',
    },
    to: { partyIds: [{ value: 'urn:party:c3' }], role: 'http://sdg.europa.eu/edelivery/gateway' },
    collaborationInfo: {
      agreementRef: { value: 'http://sdg.europa.eu/edelivery/agreement' },
      service: {
        value: values.service ?? 'QueryManager',
        type: 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0',
      },
      action: values.action ?? 'ExecuteQueryRequest',
      conversationId: values.conversationId ?? 'conversation-1',
    },
    messageProperties: [
      { name: 'originalSender', value: 'tab\there', type: 'urn:t' },
      { name: 'empty', value: '' },
    ],
    payloadInfo: [
      { href: 'cid:doc%40example', properties: [{ name: 'MimeType', value: 'application/xml' }] },
    ],
  };
}

/** A stored part that names this payload. */
export function storedPart(payload: string, href = 'cid:doc@example.test'): StoredPart {
  const sha256 = createHash('sha256').update(payload).digest();
  return {
    href,
    mimeType: 'application/pdf',
    properties: [{ name: 'MimeType', value: 'application/pdf' }],
    payload,
    size: 5_000_000_000,
    compressed: true,
    originalSize: 9_000_000_000,
    sha256: sha256.toString('hex'),
    signedDigest: sha256.toString('base64'),
  };
}

/** A submission as `submit/keep` commits it. */
export function newOutbound(values: Partial<NewOutboundMessage> = {}): NewOutboundMessage {
  const messageId = values.messageId ?? `${randomUUID()}@example.test`;
  return {
    rowId: randomUUID(),
    messageId,
    pmodeId: 'oots',
    leg: 'request',
    partner: 'AP_XB_01',
    userMessage: userMessage(messageId),
    parts: [storedPart(randomUUID(), 'cid:a@example.test'), storedPart(randomUUID(), 'cid:b@example.test')],
    fingerprint: 'f'.repeat(64),
    submittedAt: 1_772_000_000_000,
    ...values,
  };
}

/** A received message as `receive/keep` commits it. */
export function newInbound(values: Partial<NewInboundMessage> = {}): NewInboundMessage {
  const messageId = values.messageId ?? `${randomUUID()}@example.test`;
  return {
    rowId: randomUUID(),
    messageId,
    sender: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots|SE',
    pmodeId: 'oots',
    leg: 'request',
    partner: 'AP_XB_01',
    userMessage: userMessage(messageId),
    parts: [storedPart(randomUUID())],
    references: [
      {
        uri: '#messaging',
        transforms: [{ algorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#', prefixes: [] }],
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
        digestValue: 'AAAA',
      },
    ],
    signer: '0'.repeat(64),
    receipt: receipt(),
    deliverable: true,
    receivedAt: 1_772_000_000_000,
    ...values,
  };
}

/** A signed receipt whose bytes are not text. */
export function receipt(values: Partial<KeptReceipt> = {}): KeptReceipt {
  return {
    bytes: Buffer.from([0, 255, 10, 13, 0, 128]),
    contentType: 'application/soap+xml;charset=UTF-8',
    messageId: 'receipt@example.test',
    timestamp: '2026-03-01T10:00:01.000Z',
    signer: '1'.repeat(64),
    ...values,
  };
}

/** A signed envelope of an outbound message. */
export function envelope(values: Partial<KeptEnvelope> = {}): KeptEnvelope {
  return {
    bytes: Buffer.from('<S12:Envelope>é\0</S12:Envelope>'),
    encryptionOffset: 14,
    references: [
      { uri: 'cid:a%40example.test', transforms: [], digestAlgorithm: 'urn:sha256', digestValue: 'BBBB' },
    ],
    signer: '2'.repeat(64),
    ...values,
  };
}

/** A push that got no receipt. */
export function attempt(values: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    startedAt: 1_772_000_000_100,
    endedAt: 1_772_000_000_900,
    address: 'https://partner.example.test/as4',
    outcome: 'retry',
    httpStatus: 503,
    recipient: '3'.repeat(64),
    failure: { step: 'send/push', code: 'http/refused', message: 'No connection.' },
    ...values,
  };
}

/** A refusal as the journal keeps it. */
export function journalEntry(values: Partial<JournalEntry> = {}): JournalEntry {
  return {
    at: 1_772_000_000_000,
    direction: 'in',
    messageId: 'claimed@example.test',
    conversationId: 'conversation-1',
    pmodeId: 'oots',
    remote: '2001:db8::1',
    failure: {
      step: 'receive/verify-signature',
      code: 'wss/digest',
      message: 'A digest differs.',
      ebms: 'EBMS:0101',
      finding: { check: 'digest', expected: 'a', found: 'b' },
    },
    ...values,
  };
}
