import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testPki, writeEntry } from '../support/pki.ts';
import { scratchFolder } from '../support/scratch.ts';
import { awkwardEnvelopes, signatureTemplate, signedEnvelope } from './awkward-envelope.ts';
import { coveredRanges, flipped, flips, writtenRanges } from './flips.ts';
import { canonicalMessagingText, messagingText, refusalOf, signedByProduct } from './product.ts';
import { assertNone, generate } from './runs.ts';
import { openXmlsec, xmlsecVersion } from './xmlsec.ts';

/**
 * The signature of the XML part against xmlsec1, in both directions. It cannot resolve attachments, so the messages have
 * no parts; and it takes two spaces in a prefix list for an empty prefix, so the lists have one.
 */

const version = xmlsecVersion();
const skip = version === undefined && process.env['CI'] !== 'true' && 'xmlsec1 is not installed';

const envelopes = awkwardEnvelopes.map((awkward) => ({ ...awkward, separator: ' ' }));

const pki = await testPki();
const alice = await pki.party('alice');
const known = [alice.certificate];
const xmlsec = openXmlsec(writeEntry(alice, scratchFolder()));

const refusals = (documents: readonly Buffer[]): Promise<(string | undefined)[]> =>
  Promise.all(documents.map((envelope) => refusalOf({ envelope, parts: new Map() }, known)));
const refused = (verdicts: readonly boolean[]): (string | undefined)[] =>
  verdicts.map((held) => (held ? undefined : 'xmlsec1 refuses it'));

describe('xmlsec1 as the other side', { skip }, () => {
  test('it is there', () => {
    assert.ok(version !== undefined, 'CI=true asks for xmlsec1 (Debian package xmlsec1)');
  });

  test('envelopes of any shape with any prefix lists, signed with our canonical forms', async (t) => {
    const shapes = generate(t, envelopes, 1200);
    const signed = shapes.map((shape) => Buffer.from(signedEnvelope(shape, alice)));
    assertNone(await refusals(signed), signed);
    assertNone(refused(await xmlsec.verify(signed)), signed);
  });

  test('messages and errors as we write them, around any content, with every key reference', async (t) => {
    const kinds = ['BinarySecurityToken', 'PKIPath', 'SubjectKeyIdentifier', 'IssuerSerial'] as const;
    const shapes = generate(t, fc.tuple(envelopes, fc.constantFrom(...kinds), fc.boolean()), 1000);
    const signed = shapes.map(([shape, keyReference, fault]) =>
      signedByProduct(messagingText(shape), alice, { keyReference, fault }),
    );
    assertNone(refused(await xmlsec.verify(signed)), signed);
  });

  test('templates of any shape with any prefix lists, signed by xmlsec1', async (t) => {
    const shapes = generate(t, envelopes, 1200);
    const signed = await xmlsec.sign(shapes.map((shape) => Buffer.from(signatureTemplate(shape, alice))));
    assertNone(await refusals(signed), signed);
  });

  test('one flipped bit in what is covered is caught by both', async (t) => {
    const cases = generate(t, fc.tuple(envelopes, flips), 100);
    const changed = cases.map(([shape, flip]) => {
      const signed = signedByProduct(canonicalMessagingText(shape), alice);
      return flipped(signed, coveredRanges(signed), flip);
    });
    const ours = await refusals(changed);
    const theirs = await xmlsec.verify(changed);
    assertNone(
      changed.map((_, i) =>
        ours[i] === undefined ? 'we accept it' : theirs[i] ? 'xmlsec1 accepts it' : undefined,
      ),
      changed,
    );
  });

  test('of a flipped bit in any layout, comments and white space too, both say the same', async (t) => {
    const cases = generate(t, fc.tuple(envelopes, flips), 100);
    const changed = cases.map(([shape, flip]) => {
      const signed = Buffer.from(
        signedEnvelope({ ...shape, layout: { ...shape.layout, selfClosing: false } }, alice),
      );
      return flipped(signed, writtenRanges(signed), flip);
    });
    const ours = await refusals(changed);
    const theirs = await xmlsec.verify(changed);
    t.diagnostic(`${theirs.filter(Boolean).length} of them were neutral`);
    assertNone(
      changed.map((_, i) =>
        theirs[i] === (ours[i] === undefined) ? undefined : `we say ${ours[i] ?? 'it holds'}`,
      ),
      changed,
    );
  });
});
