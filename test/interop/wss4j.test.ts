import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalizeDocument, NS, withXml } from '../../src/protocol/xml/index.ts';
import { attachmentTreatment } from '../../src/protocol/wss/index.ts';
import { awkwardEnvelopes, plainEnvelope, signedEnvelope } from '../comparison/awkward-envelope.ts';
import type { AwkwardEnvelope } from '../comparison/awkward-envelope.ts';
import { partLists } from '../comparison/awkward-parts.ts';
import { renderContent } from '../comparison/awkward-xml.ts';
import { coveredRanges, flipped, flips, writtenRanges } from '../comparison/flips.ts';
import type { Flip, Range } from '../comparison/flips.ts';
import {
  canonicalEnvelope,
  canonicalMessagingText,
  messagingText,
  packaged,
  refusalOf,
  signedByProduct,
  SOAP_TYPE,
  unpackaged,
} from '../comparison/product.ts';
import { assertNone, generate } from '../comparison/runs.ts';
import { receive, send } from '../protocol/wss/mini-msh.ts';
import type { Part, Wire } from '../protocol/wss/mini-msh.ts';
import { testPki, writeEntry } from '../support/pki.ts';
import { scratchFolder } from '../support/scratch.ts';
import { startPeer } from './phase4-peer.ts';
import type { Frame, PeerVerdict, SigningRequest } from './phase4-peer.ts';

/**
 * Signatures and encryption of whole messages against WSS4J, in both directions, on generated messages. WSS4J is asked
 * directly, without phase4's message handling, so that the messages need not make sense to an MSH.
 */

const pki = await testPki();
const [alice, bob] = [await pki.party('AP_XA_01'), await pki.party('AP_XB_01')];
const folder = scratchFolder();
const files = {
  alice: writeEntry(alice, folder),
  bob: writeEntry(bob, folder),
  ca: writeEntry(pki.ca, folder),
};
const peer = await startPeer(folder, {
  partyId: 'AP_XB_01',
  keyStore: { path: files.bob.pkcs12, password: files.bob.password },
  partners: [{ partyId: 'AP_XA_01', certificate: files.alice.certificate, url: 'http://127.0.0.1:9/as4' }],
  trust: [files.ca.certificate],
});
after(() => peer.stop());

const KINDS = ['BinarySecurityToken', 'PKIPath', 'SubjectKeyIdentifier', 'IssuerSerial'] as const;
const PEER_KINDS = [
  'BST_DIRECT_REFERENCE',
  'ISSUER_SERIAL',
  'SUBJECT_KEY_IDENTIFIER',
  'X509_KEY_IDENTIFIER',
  'THUMBPRINT',
] as const;
const known = [alice.certificate, bob.certificate];
const noParts: Wire['parts'] = new Map();

const frame = (message: Buffer): Frame => ({ contentType: SOAP_TYPE, message });
const errors = (verdicts: readonly PeerVerdict[]): (string | undefined)[] =>
  verdicts.map(({ ok, error }) => (ok ? undefined : `WSS4J: ${error}`));
const refusals = (wires: readonly Wire[]): Promise<(string | undefined)[]> =>
  Promise.all(wires.map((wire) => refusalOf(wire, known, [alice, bob])));
const bodies = (frames: readonly Frame[]): Buffer[] => frames.map(({ message }) => message);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A message of ours with parts, around awkward header content. */
function messageWithParts(
  awkward: AwkwardEnvelope,
  parts: readonly Part[],
  options: { readonly encrypts: boolean; readonly sign: number; readonly encrypt: number },
): Promise<Wire> {
  const infos = parts.map(({ contentId }) => `<eb:PartInfo href="cid:${contentId}"/>`).join('');
  const scope = new Map([
    ['eb', NS.EB],
    ['S12', NS.S12],
    ['wsu', NS.WSU],
  ]);
  return send({
    signer: alice,
    signWith: KINDS[options.sign]!,
    recipient: bob.certificate,
    recipientChain: bob.chain,
    encryptWith: KINDS.filter((kind) => kind !== 'PKIPath')[options.encrypt]!,
    parts,
    encrypts: options.encrypts,
    unit: `<eb:PayloadInfo>${infos}</eb:PayloadInfo>${renderContent(awkward.messaging.inside, scope)}`,
  });
}

const partOptions = fc.record({
  encrypts: fc.boolean(),
  sign: fc.nat({ max: KINDS.length - 1 }),
  encrypt: fc.nat({ max: KINDS.length - 2 }),
});

/**
 * WSS4J takes the prefix of its mustUnderstand attribute from the Envelope without a look at what Header rebinds it to,
 * and then signs what it does not send.
 */
const signable = awkwardEnvelopes.filter(
  ({ onEnvelope, onHeader }) =>
    !onHeader.some(([prefix]) =>
      onEnvelope.some(([above, uri]) => above === prefix && /soap-envelope$/.test(uri)),
    ),
);

describe('signed by us, verified by WSS4J', () => {
  test('envelopes of any shape with any prefix lists', async (t) => {
    const shapes = generate(t, awkwardEnvelopes, 1500);
    const signed = shapes.map((shape) => Buffer.from(signedEnvelope(shape, alice)));
    assertNone(errors(await peer.verify(signed.map(frame))), signed);
  });

  test('messages and errors as we write them, around any content, with every key reference', async (t) => {
    const shapes = generate(t, fc.tuple(awkwardEnvelopes, fc.constantFrom(...KINDS), fc.boolean()), 1000);
    const signed = shapes.map(([shape, keyReference, fault]) =>
      signedByProduct(messagingText(shape), alice, { keyReference, fault }),
    );
    assertNone(errors(await peer.verify(signed.map(frame))), signed);
  });

  test('parts of every kind, encrypted and not, with every key reference', async (t) => {
    const cases = generate(t, fc.tuple(awkwardEnvelopes, partLists, partOptions), 600);
    const wires = await Promise.all(
      cases.map(([shape, parts, options]) => messageWithParts(shape, parts, options)),
    );
    const frames = await Promise.all(wires.map(packaged));
    const verdicts = await peer.verify(frames);
    assertNone(errors(verdicts), bodies(frames));
    verdicts.forEach((verdict, i) => {
      const [, parts, { encrypts }] = cases[i]!;
      assert.deepEqual(
        verdict.parts!.map(({ contentId, sha256: found, encrypted }) => [contentId, found, encrypted]),
        parts.map(({ contentId, content }) => [contentId, sha256(content), encrypts]),
      );
    });
  });
});

describe('signed by WSS4J, verified by us', () => {
  for (const layout of ['splice', 'dom'] as const)
    for (const addInclusivePrefixes of [true, false])
      test(`envelopes of any shape, ${layout}, ${addInclusivePrefixes ? 'with' : 'without'} prefix lists`, async (t) => {
        const cases = generate(t, fc.tuple(signable, fc.constantFrom(...PEER_KINDS)), 400);
        const requests = cases.map(([shape, keyReference]) => ({
          envelope: plainEnvelope(shape),
          keyReference,
        }));
        const frames = await signedByPeer(requests, { layout, addInclusivePrefixes });
        const wires = bodies(frames).map((envelope) => ({ envelope, parts: noParts }));
        assertNone(await refusals(wires), bodies(frames));
      });

  test('parts of every kind, encrypted and not, with every key reference', async (t) => {
    const cases = generate(
      t,
      fc.tuple(
        signable,
        partLists,
        fc.boolean(),
        fc.constantFrom(...PEER_KINDS),
        fc.constantFrom('splice', 'dom'),
      ),
      500,
    );
    const requests = cases.map(([shape, parts, encrypt, keyReference, layout]): SigningRequest => ({
      envelope: plainEnvelope(shape),
      parts: parts.map(({ contentId, mimeType, content }) => ({
        contentId,
        mimeType,
        base64: content.toString('base64'),
      })),
      encrypt,
      keyReference,
      layout: layout,
    }));
    const frames = await signedByPeer(requests, {});
    const wires = await Promise.all(
      frames.map(({ contentType, message }) => unpackaged(contentType, message)),
    );
    assertNone(await refusals(wires), bodies(frames));
    for (const [i, wire] of wires.entries()) {
      const { contents } = await receive(wire, { keys: [alice], known });
      const [, parts] = cases[i]!;
      assert.deepEqual(
        [...contents],
        parts.map(({ contentId, content }) => [contentId, content]),
      );
    }
  });

  async function signedByPeer(
    requests: readonly SigningRequest[],
    defaults: Partial<SigningRequest>,
  ): Promise<readonly Frame[]> {
    const frames = await peer.sign(requests, defaults);
    const refused = frames.map(({ contentType, message }) =>
      contentType.includes('problem') ? `WSS4J does not sign it: ${message.toString()}` : undefined,
    );
    assertNone(
      refused,
      requests.map(({ envelope }) => Buffer.from(envelope)),
    );
    return frames;
  }
});

describe('one flipped bit', () => {
  test('in what we sign, parts too, is caught by both', async (t) => {
    const cases = generate(t, fc.tuple(awkwardEnvelopes, partLists, partOptions, flips), 800);
    const changed = await Promise.all(
      cases.map(async ([shape, parts, options, flip]) => {
        const bare = { ...shape, messaging: { ...shape.messaging, inside: [] } };
        const wire = await messageWithParts(bare, parts.map(inCanonicalForm), options);
        return flippedWire(wire, coveredRanges(wire.envelope), flip);
      }),
    );
    await bothRefuse(changed);
  });

  test('in header content that is canonical, is caught by both', async (t) => {
    const cases = generate(t, fc.tuple(awkwardEnvelopes, flips), 500);
    await bothRefuse(
      cases.map(([shape, flip]) => {
        const envelope = signedByProduct(canonicalMessagingText(shape), alice);
        return flippedWire({ envelope, parts: noParts }, coveredRanges(envelope), flip);
      }),
    );
  });

  test('in what WSS4J signs is caught by both', async (t) => {
    const cases = generate(t, fc.tuple(awkwardEnvelopes, flips), 400);
    const requests = cases.map(([shape]) => ({ envelope: canonicalEnvelope(canonicalMessagingText(shape)) }));
    const frames = await peer.sign(requests, { layout: 'splice' });
    await bothRefuse(
      bodies(frames).map((envelope, i) =>
        flippedWire({ envelope, parts: noParts }, coveredRanges(envelope), cases[i]![1]),
      ),
    );
  });

  test('in any layout, comments and white space too: both say the same', async (t) => {
    const cases = generate(t, fc.tuple(awkwardEnvelopes, flips), 1000);
    const changed = cases.map(([shape, flip]) => {
      const long = { ...shape, layout: { ...shape.layout, selfClosing: false } };
      const signed = Buffer.from(signedEnvelope(long, alice));
      return flipped(signed, writtenRanges(signed), flip);
    });
    const ours = await refusals(changed.map((envelope) => ({ envelope, parts: noParts })));
    const theirs = errors(await peer.verify(changed.map(frame)));
    t.diagnostic(`${theirs.filter((error) => error === undefined).length} of them were neutral`);
    assertNone(
      changed.map((_, i) =>
        (ours[i] === undefined) === (theirs[i] === undefined) || isStricter(ours[i]) || isOlder(theirs[i])
          ? undefined
          : `we say ${ours[i] ?? 'it holds'}, they ${theirs[i] ?? 'that it holds'}`,
      ),
      changed,
    );
  });

  /** We refuse a namespace name that is no URI reference (RFC 3986), used or not; Java's parser does not look. */
  function isStricter(refusal: string | undefined): boolean {
    return /The document is not well-formed: xmlns(?::\S+)?: '/.test(refusal ?? '');
  }

  /** Java's parser refuses names that only the fifth edition of XML 1.0 allows. */
  function isOlder(error: string | undefined): boolean {
    return /do not match QName production/.test(error ?? '');
  }

  async function bothRefuse(changed: readonly Wire[]): Promise<void> {
    const frames = await Promise.all(changed.map(packaged));
    const ours = await refusals(changed);
    const theirs = errors(await peer.verify(frames));
    assertNone(
      changed.map((_, i) =>
        ours[i] === undefined
          ? 'we accept it'
          : theirs[i] === undefined
            ? `WSS4J accepts it, we say ${ours[i]}`
            : undefined,
      ),
      bodies(frames),
    );
  }
});

/** A part in whose bytes no flip is neutral. */
function inCanonicalForm(part: Part): Part {
  if (attachmentTreatment(part.mimeType) !== 'canonical-xml') return part;
  return { ...part, content: withXml(part.content, {}, canonicalizeDocument) };
}

/** The message with one bit changed in what is covered of its envelope or in one of its parts. */
function flippedWire(wire: Wire, covered: readonly Range[], flip: Flip): Wire {
  const all = [wire.envelope, ...[...wire.parts.values()].map(({ bytes }) => bytes)];
  const starts = all.map((_, i) => all.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const whole: Range[] = all.map((bytes, i) => [starts[i]!, starts[i]! + bytes.length]);
  const changed = flipped(Buffer.concat(all), [...covered, ...whole.slice(1)], flip);
  const piece = (i: number): Buffer => changed.subarray(...whole[i]!);
  const parts = [...wire.parts].map(
    ([contentId, { mimeType }], i) => [contentId, { mimeType, bytes: piece(i + 1) }] as const,
  );
  return { envelope: piece(0), parts: new Map(parts) };
}
