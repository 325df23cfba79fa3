import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { openDocuments } from '../../../src/protocol/xml/index.ts';
import { signAgain } from '../../support/peers.ts';
import { alice, bob, everyone } from './keys.ts';
import { receive, send } from './mini-msh.ts';
import type { Wire } from './mini-msh.ts';

/** A signed message cut into its pieces, and tests that put pieces together wrongly. */

const PARTS = [
  { contentId: 'one', mimeType: 'application/gzip', content: Buffer.from('first payload') },
  { contentId: 'two', mimeType: 'application/gzip', content: Buffer.from('second payload') },
];
export const wire = await send({
  signer: alice,
  signWith: 'BinarySecurityToken',
  recipient: bob.certificate,
  encryptWith: 'BinarySecurityToken',
  parts: PARTS,
});
export const TEXT = wire.envelope.toString();
export const receiving = { keys: [bob], known: everyone };

export const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const SWA = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#';

export const pick = (pattern: RegExp): string => {
  const found = pattern.exec(TEXT)?.[0];
  if (found === undefined) throw new Error(`The message has no ${pattern.source}`);
  return found;
};
export const SIGNATURE = pick(/<ds:Signature .*<\/ds:Signature>/);
export const SIGNED_INFO = pick(/<ds:SignedInfo.*<\/ds:SignedInfo>/);
export const MESSAGING = pick(/<eb:Messaging.*<\/eb:Messaging>/);
export const BODY = pick(/<S12:Body.*<\/S12:Body>/);
export const SECURITY = pick(/<wsse:Security .*<\/wsse:Security>/);
export const TOKEN = pick(
  /<wsse:BinarySecurityToken [^>]*wsu:Id="_m-1-Signer">[^<]*<\/wsse:BinarySecurityToken>/,
);
export const BODY_REFERENCE = pick(/<ds:Reference URI="#_m-1-Body">.*?<\/ds:Reference>/);
export const PART_REFERENCE = pick(/<ds:Reference URI="cid:one">.*?<\/ds:Reference>/);
export const DIGEST_VALUE = pick(/<ds:DigestValue>[^<]*<\/ds:DigestValue>/);
export const SIGNATURE_VALUE = pick(/<ds:SignatureValue>[^<]*<\/ds:SignatureValue>/);

export const replace = (from: string, to: string): string => {
  assert.ok(TEXT.includes(from), `the message holds ${from.slice(0, 60)}`);
  return TEXT.replace(from, () => to);
};
export const signed = (text: string, signer = alice) => signAgain(text, signer);

interface Case {
  readonly wrong: string;
  readonly envelope: Buffer | string;
  readonly ebms: string;
  readonly code: string;
  readonly contentIds?: readonly string[];
}

export function refuses(group: string, cases: readonly Case[]): void {
  describe(group, () => {
    for (const { wrong, envelope, ebms, code, contentIds } of cases) {
      test(`${wrong}: ${ebms} ${code}`, async () => {
        const before = openDocuments();
        const changed: Wire = { ...wire, envelope: Buffer.from(envelope) };
        await assert.rejects(
          receive(changed, { ...receiving, ...(contentIds === undefined ? {} : { contentIds }) }),
          (error) => {
            assert.ok(error instanceof Refusal, String(error));
            assert.deepEqual([error.ebms, error.code], [ebms, code], error.message);
            assert.ok(error.finding !== undefined, 'the refusal says which check failed');
            return true;
          },
        );
        assert.equal(openDocuments(), before);
      });
    }
  });
}

export const authentication = (wrong: string, envelope: Buffer | string, code: string): Case => ({
  wrong,
  envelope,
  code,
  ebms: 'EBMS:0101',
});
export const policy = (wrong: string, envelope: Buffer | string, code: string): Case => ({
  wrong,
  envelope,
  code,
  ebms: 'EBMS:0103',
});
