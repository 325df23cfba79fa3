import assert from 'node:assert/strict';
import { join } from 'node:path';
import { NS } from '../../src/protocol/xml/index.ts';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import type { OutboundStatus, SubmitResult } from '../../src/msh/index.ts';
import { forge } from './attacker.ts';
import type { Changes, Forged, Forgery } from './attacker.ts';
import { setTrap } from './attacker-trap.ts';
import type { Trap } from './attacker-trap.ts';
import { testPki } from './pki.ts';
import { scratchFolder } from './scratch.ts';
import { openTestGateway, ringDue, statusOf, submitParts } from './test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './test-gateway.ts';
import { keysOf, oneWayYaml, PARTY_TYPE, SERVICE } from './test-pair.ts';
import { createWire } from './test-wire.ts';
import type { TestWire, WireReply, WireRequest } from './test-wire.ts';

/** How somebody in the place of AP_B answers a push. */
export type Answering = (request: WireRequest, attempt: number) => WireReply | Promise<WireReply>;

/** A sending access point, AP_A, whose partner AP_B is played by the test. */
export interface Sender {
  readonly gateway: TestGateway;
  readonly wire: TestWire;
  readonly trap: Trap;
  readonly a: KeyEntry;
  readonly b: KeyEntry;
  readonly c: KeyEntry;
  /** Submits a message with one part, to be answered like this; waits until the first attempt is settled. */
  send(
    answering: Answering,
    values?: { readonly messageId?: string; readonly content?: string },
  ): Promise<SubmitResult>;
  /** Goes to the next attempt, to be answered like this, and waits. */
  retry(messageId: string, answering: Answering): Promise<OutboundStatus>;
  status(messageId: string): Promise<OutboundStatus>;
}

/** Opens the sender; `gateway.stop` closes it. */
export async function openSender(
  options: Partial<Pick<TestGatewayOptions, 'limits' | 'transport' | 'pmodes'>> = {},
): Promise<Sender> {
  const folder = scratchFolder();
  const pki = await testPki();
  const [a, b, c] = await Promise.all(['AP_A', 'AP_B', 'AP_C'].map((name) => pki.party(name)));
  const wire = createWire();
  const gateway = await openTestGateway({
    party: 'AP_A',
    pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') },
    keys: await keysOf('AP_A', ['AP_B', 'AP_C']),
    folder: join(folder, 'sender'),
    transport: wire.transport,
    ...options,
  });
  await gateway.msh.start();
  const trap = setTrap([folder, process.cwd()]);
  const settle = async (answering: Answering, act: () => Promise<unknown>): Promise<void> => {
    let attempt = 0;
    wire.intercept = async (request) => await answering(request, (attempt += 1));
    trap.arm();
    try {
      await act();
      await gateway.settled();
    } finally {
      trap.disarm();
    }
    assert.deepEqual(trap.caught, [], 'nothing outside was reached for');
  };
  return {
    gateway,
    wire,
    trap,
    a: a!,
    b: b!,
    c: c!,
    send: async (answering, { messageId, content = '<evidence/>' } = {}) => {
      let result: SubmitResult | undefined;
      await settle(answering, async () => {
        result = await submitParts(
          gateway,
          {
            service: SERVICE,
            action: 'Ask',
            ...to('AP_B'),
            ...(messageId === undefined ? {} : { messageId }),
          },
          [{ mimeType: 'application/xml', content }],
        );
      });
      return result!;
    },
    retry: async (messageId, answering) => {
      const { message } = await statusOf(gateway, messageId);
      assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
      gateway.clock.now = Math.max(gateway.clock.now, message.nextAttemptAt!);
      await settle(answering, () => ringDue(gateway));
      return await statusOf(gateway, messageId);
    },
    status: (messageId) => statusOf(gateway, messageId),
  };
}

/** The recipient of a submission. */
export function to(name: string): {
  readonly to: { readonly partyIds: readonly { value: string; type: string }[] };
} {
  return { to: { partyIds: [{ value: name, type: PARTY_TYPE }] } };
}

/** The envelope of a push. */
export function envelopeOf({ body }: WireRequest): string {
  const text = body.toString('latin1');
  return Buffer.from(/<\?xml.*?<\/S12:Envelope>/s.exec(text)![0], 'latin1').toString();
}

/** MessageId of a push. */
export function messageIdOf(request: WireRequest): string {
  return /<eb:MessageId>([^<]*)</.exec(envelopeOf(request))![1]!;
}

/** The signed references of a push, as text. */
export function referencesOf(request: WireRequest): readonly string[] {
  const signedInfo = /<ds:SignedInfo.*?<\/ds:SignedInfo>/s.exec(envelopeOf(request))![0];
  return [...signedInfo.matchAll(/<ds:Reference.*?<\/ds:Reference>/gs)].map(([text]) => text);
}

/** What a forged signal says and how it is made. */
export interface SignalForgery {
  readonly signer: KeyEntry;
  readonly refToMessageId?: string | undefined;
  /** XML inside eb:SignalMessage behind MessageInfo. */
  readonly content: string;
  readonly changes?: Changes;
  readonly signed?: boolean;
}

/** A signal made by hand. */
export function forgeSignal({ signer, refToMessageId, content, changes, signed }: SignalForgery): Forged {
  const reference =
    refToMessageId === undefined ? '' : `<eb:RefToMessageId>${refToMessageId}</eb:RefToMessageId>`;
  const unit =
    '<eb:SignalMessage><eb:MessageInfo><eb:Timestamp>2026-01-15T12:00:01.000Z</eb:Timestamp>' +
    `<eb:MessageId>signal-${Math.random().toString(36).slice(2)}@attacker.test</eb:MessageId>${reference}</eb:MessageInfo>${content}</eb:SignalMessage>`;
  const forgery: Forgery = {
    signer,
    recipient: signer.certificate,
    partyInfo: '',
    collaboration: '',
    parts: [],
    unit,
    ...(signed === undefined ? {} : { signed }),
    ...(changes === undefined ? {} : { changes }),
  };
  return forge(forgery);
}

/** eb:Receipt around references. */
export function receiptXml(references: readonly string[], namespace: string = NS.EBBP): string {
  const parts = references.map(
    (reference) =>
      `<ebbp:MessagePartNRInformation>${reference.replace('<ds:Reference', `<ds:Reference xmlns:ds="${NS.DS}"`)}</ebbp:MessagePartNRInformation>`,
  );
  return `<eb:Receipt><ebbp:NonRepudiationInformation xmlns:ebbp="${namespace}">${parts.join('')}</ebbp:NonRepudiationInformation></eb:Receipt>`;
}

/** eb:Error with the usual attributes. */
export function errorXml(code: string, about?: string, severity = 'failure'): string {
  const reference = about === undefined ? '' : ` refToMessageInError="${about}"`;
  return `<eb:Error errorCode="${code}" severity="${severity}" category="Processing" origin="ebMS" shortDescription="x"${reference}></eb:Error>`;
}

/** A forged message as an answer. */
export function answer(
  { bytes, contentType }: Pick<Forged, 'bytes' | 'contentType'>,
  status = 200,
): WireReply {
  return { status, contentType, body: bytes };
}

/** An honest receipt for a push, with what is changed about it. */
export function receiptFor(
  request: WireRequest,
  signer: KeyEntry,
  changes: Partial<SignalForgery> = {},
): WireReply {
  const content = receiptXml(referencesOf(request));
  return answer(forgeSignal({ signer, refToMessageId: messageIdOf(request), content, ...changes }));
}
