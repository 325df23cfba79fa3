import assert from 'node:assert/strict';
import { createHash, timingSafeEqual, verify } from 'node:crypto';
import { join } from 'node:path';
import type { As4Reply, InboundMessage, JournalEntry } from '../../src/msh/index.ts';
import { securityErrorSentence } from '../../src/protocol/ebms/index.ts';
import type { EbmsErrorCode } from '../../src/protocol/errors/index.ts';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';
import {
  attribute,
  canonicalize,
  children,
  NS,
  openDocuments,
  withXml,
} from '../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../src/protocol/xml/index.ts';
import { forge } from './attacker.ts';
import type { Changes, Forged, ForgedPart, Forgery } from './attacker.ts';
import { setTrap } from './attacker-trap.ts';
import type { Trap } from './attacker-trap.ts';
import { testPki } from './pki.ts';
import type { TestPki } from './pki.ts';
import { scratchFolder } from './scratch.ts';
import { chunked, openTestGateway } from './test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './test-gateway.ts';
import { keysOf, oneWayYaml, PARTY_TYPE, ROLE_A, ROLE_B, SERVICE, twoWayYaml } from './test-pair.ts';
import type { PartyName } from './test-pair.ts';
import { createWire } from './test-wire.ts';

/** An answer of the target, read by hand. */
export interface Answer {
  readonly status: number;
  readonly kind: 'receipt' | 'error' | 'fault' | 'nothing';
  /** The attributes of eb:Error. */
  readonly error?: Readonly<Record<string, string>>;
  readonly description?: string | undefined;
  readonly refToMessageId?: string | undefined;
  /** Local name of the SOAP fault code. */
  readonly faultCode?: string | undefined;
  readonly faultReason?: string | undefined;
  /** References of the receipt: URI to digest. */
  readonly received?: ReadonlyMap<string, string>;
  /** A signature over Messaging and Body by the target's certificate holds. */
  readonly signed: boolean;
  readonly body: string;
}

/** What must come of an attack. */
export interface Expected {
  readonly ebms?: EbmsErrorCode;
  readonly fault?: 'Sender' | 'Receiver' | 'MustUnderstand' | 'VersionMismatch';
  readonly status?: number;
  /** Our code in the journal. */
  readonly code?: string;
  /** The check named in the journal. */
  readonly check?: string;
  readonly step?: string;
}

/** The access point under attack: AP_B, with AP_A and AP_C as its partners. */
export interface Target {
  readonly gateway: TestGateway;
  readonly pki: TestPki;
  /** Keys of the honest partner, of another honest partner, and of the target. */
  readonly a: KeyEntry;
  readonly c: KeyEntry;
  readonly b: KeyEntry;
  readonly trap: Trap;
  /** A message from AP_A to AP_B with one compressed part, with what the attack changes. */
  forge(changes?: Changes, values?: Partial<Forgery>): Forged;
  /** Delivers bytes at the door and reads the answer. */
  strike(message: Pick<Forged, 'contentType' | 'bytes'>): Promise<Answer>;
  /** The same with a stream, for what is too large to be held; undefined leaves the Content-Type out. */
  strikeStream(contentType: string | undefined, body: AsyncIterable<Uint8Array>): Promise<Answer>;
  /** The message must be refused as said, and leave no trace but its finding in the journal. */
  refuses(message: Forged, expected: Expected): Promise<JournalEntry>;
  /** The message must be accepted and kept; gives back what was kept. */
  accepts(message: Forged): Promise<InboundMessage>;
}

/** XML of the two parties and their roles. */
export function partyInfoXml(from: string, to: string): string {
  const party = (tag: string, value: string, role: string): string =>
    `<eb:${tag}><eb:PartyId type="${PARTY_TYPE}">${value}</eb:PartyId><eb:Role>${role}</eb:Role></eb:${tag}>`;
  return party('From', from, ROLE_A) + party('To', to, ROLE_B);
}

/** XML of service and action. */
export function collaborationXml(action: string, agreementRef = ''): string {
  return `${agreementRef}<eb:Service type="${SERVICE.type}">${SERVICE.value}</eb:Service><eb:Action>${action}</eb:Action>`;
}

export const DOCUMENT = '<evidence>Zeugnis für Łucja ☃</evidence>';

/** A payload part with ordinary content. */
export function ordinaryPart(changes: Partial<ForgedPart> = {}): ForgedPart {
  return {
    contentId: 'evidence@attacker.test',
    content: Buffer.from(DOCUMENT),
    mimeType: 'application/xml',
    ...changes,
  };
}

/** Opens the target; `gateway.stop` closes it. */
export async function openTarget(
  options: Partial<Pick<TestGatewayOptions, 'limits' | 'pmodes' | 'clock' | 'around'>> = {},
): Promise<Target> {
  const folder = scratchFolder();
  const pki = await testPki();
  const [a, b, c] = await Promise.all(
    (['AP_A', 'AP_B', 'AP_C'] as PartyName[]).map((name) => pki.party(name)),
  );
  const gateway = await openTestGateway({
    party: 'AP_B',
    pmodes: {
      'a-b.yaml': oneWayYaml('AP_A', 'AP_B'),
      'c-b.yaml': oneWayYaml('AP_C', 'AP_B'),
      'two-way.yaml': twoWayYaml('AP_A', 'AP_B'),
    },
    keys: await keysOf('AP_B', ['AP_A', 'AP_C']),
    folder: join(folder, 'target'),
    transport: createWire().transport,
    ...options,
  });
  const trap = setTrap([folder, process.cwd()]);
  const target = { gateway, pki, a: a!, b: b!, c: c!, trap };
  return {
    ...target,
    forge: (changes = {}, values = {}) => forge({ ...honest(target), ...values, changes }),
    strike: ({ contentType, bytes }) => strike(target, contentType, chunked(bytes)),
    strikeStream: (contentType, body) => strike(target, contentType, body),
    refuses: (message, expected) => refuses(target, message, expected),
    accepts: (message) => accepts(target, message),
  };
}

type Core = Pick<Target, 'gateway' | 'a' | 'b' | 'trap'>;

function honest({ a, b }: Core): Forgery {
  return {
    signer: a,
    recipient: b.certificate,
    partyInfo: partyInfoXml('AP_A', 'AP_B'),
    collaboration: collaborationXml('Ask'),
    parts: [ordinaryPart()],
  };
}

async function strike(
  core: Core,
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
): Promise<Answer> {
  const before = openDocuments();
  core.trap.arm();
  let reply: As4Reply;
  try {
    reply = await core.gateway.msh.receive({
      contentType,
      contentLength: undefined,
      body,
      remote: '192.0.2.66',
    });
  } finally {
    core.trap.disarm();
  }
  assert.deepEqual(core.trap.caught, [], 'nothing outside was reached for');
  assert.equal(openDocuments(), before, 'no XML document is left open');
  return readAnswer(reply, core.b.certificate);
}

interface Traces {
  readonly messages: readonly string[];
  readonly files: readonly string[];
}

async function tracesIn({ gateway }: Core): Promise<Traces> {
  return { messages: (await gateway.inbox()).map(({ rowId }) => rowId), files: gateway.payloadFiles() };
}

async function refuses(core: Core, message: Forged, expected: Expected): Promise<JournalEntry> {
  const before = await tracesIn(core);
  const noted = (await core.gateway.journal()).length;
  const answer = await strike(core, message.contentType, chunked(message.bytes));
  checkAnswer(answer, message, expected);
  assert.deepEqual(await tracesIn(core), before, 'no row and no payload file is left');
  assert.deepEqual(
    await core.gateway.world.store.findInbound(message.messageId),
    [],
    'nothing is kept under the MessageId',
  );
  const journal = await core.gateway.journal();
  assert.equal(journal.length, noted + 1, 'the journal has one more entry');
  const entry = journal[0]!;
  checkEntry(entry, expected);
  return entry;
}

function checkAnswer(answer: Answer, message: Forged, expected: Expected): void {
  if (expected.fault !== undefined) {
    assert.equal(answer.kind, 'fault', `a SOAP fault, not ${answer.body.slice(0, 400)}`);
    assert.equal(answer.faultCode, expected.fault);
    assert.equal(answer.status, expected.status ?? (expected.fault === 'Sender' ? 400 : 500));
    return;
  }
  assert.equal(answer.kind, 'error', `an ebMS error, not ${answer.body.slice(0, 400)}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.error?.['errorCode'], expected.ebms);
  assert.ok(answer.signed, 'the error signal is signed by the target over Messaging and Body');
  const named = answer.error?.['refToMessageInError'];
  assert.ok(named === undefined || named === message.messageId, 'the error is about this message');
  const fixed = SECURITY_ERRORS[expected.ebms ?? ''];
  if (fixed === undefined) return;
  const { refToMessageInError: _, ...attributes } = answer.error ?? {};
  assert.deepEqual(attributes, fixed, 'nothing but what the code itself says');
  assert.equal(answer.description, securityErrorSentence, 'one sentence for every security error');
  assert.ok(!answer.body.includes('ErrorDetail'), 'no detail for a security error');
}

const security = (errorCode: string, shortDescription: string): Readonly<Record<string, string>> => ({
  errorCode,
  shortDescription,
  severity: 'failure',
  category: 'Processing',
  origin: 'security',
});

/** All that a partner may learn of a security error, its sentence apart (ebMS3 6.7.2). */
const SECURITY_ERRORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'EBMS:0101': security('EBMS:0101', 'FailedAuthentication'),
  'EBMS:0102': security('EBMS:0102', 'FailedDecryption'),
  'EBMS:0103': security('EBMS:0103', 'PolicyNoncompliance'),
};

/** The journal tells what the wire does not. */
function checkEntry({ failure }: JournalEntry, expected: Expected): void {
  if (expected.ebms !== undefined && failure.ebms !== undefined) assert.equal(failure.ebms, expected.ebms);
  if (expected.code !== undefined) assert.equal(failure.code, expected.code);
  if (expected.check !== undefined) assert.equal(failure.finding?.check, expected.check);
  if (expected.step !== undefined) assert.equal(failure.step, expected.step);
  assert.notEqual(failure.code, 'quoin/defect', `refused on purpose, not by a defect: ${failure.message}`);
  assert.ok(failure.finding !== undefined, 'the journal has the finding');
}

async function accepts(core: Core, message: Forged): Promise<InboundMessage> {
  const answer = await strike(core, message.contentType, chunked(message.bytes));
  const last = answer.kind === 'receipt' ? undefined : (await core.gateway.journal())[0];
  assert.equal(answer.kind, 'receipt', `${answer.body.slice(0, 300)} ${JSON.stringify(last?.failure)}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.refToMessageId, message.messageId);
  const [kept] = await core.gateway.world.store.findInbound(message.messageId);
  assert.ok(kept !== undefined, 'the message is kept');
  return kept;
}

/** Reads an answer without the code under test: the XML engine and node:crypto only. */
export function readAnswer(reply: As4Reply, signer: Certificate): Answer {
  const body = reply.body.toString();
  const { status } = reply;
  if (reply.body.byteLength === 0 || !body.startsWith('<'))
    return { status, kind: 'nothing', signed: false, body };
  return withXml(reply.body, {}, (doc): Answer => {
    const [header, soapBody] = children(doc.root) as [XmlElement, XmlElement];
    const fault = find(soapBody, NS.S12, 'Fault');
    const signed = isSignedBy(doc.root, signer);
    if (fault !== undefined) {
      const faultCode = find(fault, NS.S12, 'Value')?.content.replace(/^.*:/, '');
      return {
        status,
        kind: 'fault',
        signed,
        body,
        faultCode,
        faultReason: find(fault, NS.S12, 'Text')?.content,
      };
    }
    const refToMessageId = find(header, NS.EB, 'RefToMessageId')?.content;
    const error = find(header, NS.EB, 'Error');
    if (error !== undefined) {
      const attributes = Object.fromEntries(error.attrs.map(({ name, value }) => [name, value]));
      const description = find(error, NS.EB, 'Description')?.content;
      return { status, kind: 'error', signed, body, refToMessageId, error: attributes, description };
    }
    const receipt = find(header, NS.EB, 'Receipt');
    if (receipt === undefined) return { status, kind: 'nothing', signed, body };
    const received = new Map(
      all(receipt, NS.DS, 'Reference').map((one) => [
        attribute(one, 'URI') ?? '',
        find(one, NS.DS, 'DigestValue')?.content ?? '',
      ]),
    );
    return { status, kind: 'receipt', signed, body, refToMessageId, received };
  });
}

/** A signature that covers Messaging and Body of this very document, by this certificate. */
function isSignedBy(root: XmlElement, signer: Certificate): boolean {
  const signature = find(root, NS.DS, 'Signature');
  const signedInfo = signature && find(signature, NS.DS, 'SignedInfo');
  const value = signature && find(signature, NS.DS, 'SignatureValue')?.content;
  const messaging = find(root, NS.EB, 'Messaging');
  const body = find(root, NS.S12, 'Body');
  if (signedInfo === undefined || value === undefined || messaging === undefined || body === undefined)
    return false;
  const form = canonicalize(signedInfo, prefixesIn(find(signedInfo, NS.DS, 'CanonicalizationMethod')));
  if (!verify('sha256', form, signer.publicKey, Buffer.from(value, 'base64'))) return false;
  const references = all(signedInfo, NS.DS, 'Reference');
  return [messaging, body].every((element) => {
    const id = attribute(element, 'Id', NS.WSU);
    const reference = references.find((one) => attribute(one, 'URI') === `#${id}`);
    const stated = reference && find(reference, NS.DS, 'DigestValue')?.content;
    if (reference === undefined || stated === undefined) return false;
    const digest = createHash('sha256')
      .update(canonicalize(element, prefixesIn(reference)))
      .digest();
    return timingSafeEqual(digest, Buffer.from(stated, 'base64'));
  });
}

function prefixesIn(element: XmlElement | undefined): readonly string[] {
  const list = element && find(element, NS.EC, 'InclusiveNamespaces');
  return (list && attribute(list, 'PrefixList'))?.split(' ').filter((prefix) => prefix !== '') ?? [];
}

/** The first element of a name, in document order. */
export function find(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return all(element, namespace, name)[0];
}

function all(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  const own = element.name === name && element.namespaceUri === namespace ? [element] : [];
  return [...own, ...children(element).flatMap((child) => all(child, namespace, name))];
}
