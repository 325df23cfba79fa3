import assert from 'node:assert/strict';
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { isQuoinError, Refusal } from '../../../src/protocol/errors/index.ts';
import type { KeyEntry } from '../../../src/protocol/pki/index.ts';
import { readEnvelope } from '../../../src/protocol/soap/index.ts';
import {
  DECRYPTION_FAILED,
  openEncryption,
  readSecurity,
  sealEnvelope,
  signEnvelope,
} from '../../../src/protocol/wss/index.ts';
import { encodeOaep } from '../../../src/protocol/wss/oaep.ts';
import { NS, openDocuments, withXml } from '../../../src/protocol/xml/index.ts';
import { PEERS, signAgain, writeAsPeer } from '../../support/peers.ts';
import { alice, bob, elliptic, everyone, mallory, short } from './keys.ts';
import { digestOf, gather, messagingText, once, receive, SUITE, WrongDigest } from './mini-msh.ts';
import type { Receiving, Wire } from './mini-msh.ts';

/** Encryption that must not be accepted; the numbers are those of the list of attacks. */

const CEK: Buffer = randomBytes(16);
const CONTENTS: Readonly<Record<string, Buffer>> = {
  one: Buffer.from('first payload'),
  two: randomBytes(5000),
};
const TYPE = 'application/gzip';

/** A message under a session key that the test knows, so that it can write the EncryptedKey itself. */
async function sealed(): Promise<Wire> {
  const ids = Object.keys(CONTENTS);
  const signed = signEnvelope({
    messaging: messagingText(ids.map((contentId) => ({ contentId }))),
    messagingId: '_m-1',
    attachments: ids.map((id) => ({ href: `cid:${id}`, digestValue: digestOf(TYPE, CONTENTS[id]!) })),
    key: alice,
    keyReference: 'IssuerSerial',
    suite: SUITE,
  });
  const parts = ids.map((id) => ({ href: `cid:${id}`, mimeType: TYPE }));
  const request = { parts, recipient: bob.certificate, keyReference: 'IssuerSerial', suite: SUITE } as const;
  const random = (bytes: number) => (bytes === CEK.length && random.calls++ === 0 ? CEK : randomBytes(bytes));
  random.calls = 0;
  const envelope = sealEnvelope(signed, request, random);
  const encrypted = new Map<string, { mimeType: string; bytes: Buffer }>();
  for (const id of ids) {
    const bytes = await gather(envelope.encrypt(`cid:${id}`, once(CONTENTS[id]!)));
    encrypted.set(id, { mimeType: 'application/octet-stream', bytes });
  }
  return { envelope: envelope.bytes, parts: encrypted };
}

const wire = await sealed();
const TEXT = wire.envelope.toString();
const receiving: Receiving = { keys: [bob], known: everyone };

const pick = (pattern: RegExp): string => pattern.exec(TEXT)![0];
const ENCRYPTED_KEY = pick(/<xenc:EncryptedKey .*<\/xenc:EncryptedKey>/);
const ENCRYPTED_DATA = pick(/<xenc:EncryptedData .*?<\/xenc:EncryptedData>/);
const METHOD = pick(/<xenc:EncryptionMethod Algorithm="[^"]*rsa-oaep">.*?<\/xenc:EncryptionMethod>/);
const CIPHER_VALUE = pick(/<xenc:CipherValue>.*?<\/xenc:CipherValue>/);
const KEY_ID = /EncryptedKey [^>]*Id="([^"]*)"/.exec(TEXT)![1]!;
const LIST = pick(/<xenc:ReferenceList>.*?<\/xenc:ReferenceList>/);
const DATA_KEY_INFO = /<ds:KeyInfo>.*?<\/ds:KeyInfo>/.exec(ENCRYPTED_DATA)![0];

const replace = (from: string, to: string): Wire => {
  assert.ok(TEXT.includes(from), `the message holds ${from.slice(0, 60)}`);
  return { ...wire, envelope: Buffer.from(TEXT.replace(from, () => to)) };
};
const replaceAll = (from: string, to: string): Wire => ({
  ...wire,
  envelope: Buffer.from(TEXT.replaceAll(from, () => to)),
});
const withValue = (value: Buffer) =>
  replace(CIPHER_VALUE, `<xenc:CipherValue>${value.toString('base64')}</xenc:CipherValue>`);
const withPart = (bytes: Buffer): Wire => ({
  ...wire,
  parts: new Map(wire.parts).set('one', { mimeType: 'application/octet-stream', bytes }),
});
const wrap = (cek: Buffer) =>
  publicEncrypt(
    { key: bob.certificate.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    cek,
  );

/** A key whose private half must not be used. */
const untouchable: KeyEntry = {
  ...bob,
  get privateKey(): KeyObject {
    throw new Error('The private key was used');
  },
};

const refusedWith = (ebms: string, code?: string) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.ebms, ebms, error.message);
  if (code !== undefined) assert.equal(error.code, code, error.message);
  if (ebms === 'EBMS:0102')
    assert.deepEqual([error.message, error.code], [DECRYPTION_FAILED, 'wss/decryption-failed']);
  return true;
};

function refuses(
  group: string,
  cases: Readonly<Record<string, Wire>>,
  ebms: string,
  code?: string,
  options: Partial<Receiving> = {},
): void {
  describe(group, () => {
    for (const [wrong, changed] of Object.entries(cases)) {
      test(`${wrong}: ${ebms}`, async () => {
        const before = openDocuments();
        await assert.rejects(receive(changed, { ...receiving, ...options }), refusedWith(ebms, code));
        assert.equal(openDocuments(), before);
      });
    }
  });
}

test('the message the cases start from is opened', async () => {
  const { contents, recipient } = await receive(wire, receiving);
  for (const [id, content] of Object.entries(CONTENTS)) assert.deepEqual(contents.get(id), content);
  assert.equal(recipient, bob.certificate.thumbprintSha256);
});

const OAEP = 'http://www.w3.org/2009/xmlenc11#rsa-oaep';
const GCM = 'http://www.w3.org/2009/xmlenc11#aes128-gcm';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const method = (uri: string) => replace(METHOD, METHOD.replace(OAEP, uri));
refuses(
  'E01: key transport, refused before the key is used',
  {
    'RSA 1.5': method(`${XENC}rsa-1_5`),
    'RSA 1.5 with a value that opens': {
      ...method(`${XENC}rsa-1_5`),
      envelope: Buffer.from(
        withValue(
          publicEncrypt({ key: bob.certificate.publicKey, padding: constants.RSA_PKCS1_PADDING }, CEK),
        )
          .envelope.toString()
          .replace(OAEP, `${XENC}rsa-1_5`),
      ),
    },
    'AES key wrap': method(`${XENC}kw-aes128`),
    unknown: method('urn:unknown'),
    none: method(''),
  },
  'EBMS:0103',
  'wss/algorithm-not-allowed',
  { keys: [untouchable], acceptLegacyKeyTransport: true },
);

refuses(
  'E02: ciphers, refused before the key is used',
  {
    'AES-128-CBC': replaceAll(GCM, `${XENC}aes128-cbc`),
    'AES-128-CBC for one part': replace(GCM, `${XENC}aes128-cbc`),
    '3DES': replaceAll(GCM, `${XENC}tripledes-cbc`),
    'AES-256-GCM, which another suite may have': replaceAll(
      GCM,
      'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    ),
    unknown: replaceAll(GCM, 'urn:unknown'),
  },
  'EBMS:0103',
  'wss/algorithm-not-allowed',
  { keys: [untouchable] },
);

/** RSA-OAEP with any pair of hashes, padded by the test. */
function oaep(digest: string, maskGeneration: string, cek: Buffer = CEK): Buffer {
  const seed = randomBytes(digest === 'sha1' ? 20 : 32);
  const block = encodeOaep(cek, 256, seed, { digest, maskGeneration });
  return publicEncrypt({ key: bob.certificate.publicKey, padding: constants.RSA_NO_PADDING }, block);
}
const SHA1 = '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>';
const SHA256 = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>';
const mgf = (hash: string) =>
  `<xenc11:MGF xmlns:xenc11="${NS.XENC11}" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1${hash}"/>`;
const transported = (uri: string, children: string, value: Buffer): Wire => ({
  ...wire,
  envelope: Buffer.from(
    TEXT.replace(
      METHOD,
      `<xenc:EncryptionMethod Algorithm="${uri}">${children}</xenc:EncryptionMethod>`,
    ).replace(CIPHER_VALUE, `<xenc:CipherValue>${value.toString('base64')}</xenc:CipherValue>`),
  ),
});
const MGF1P = `${XENC}rsa-oaep-mgf1p`;
const legacy: Readonly<Record<string, (cek?: Buffer) => Wire>> = {
  'rsa-oaep without children (Flame)': (cek) => transported(OAEP, '', oaep('sha1', 'sha1', cek)),
  'rsa-oaep with SHA-1 and no MGF': (cek) => transported(OAEP, SHA1, oaep('sha1', 'sha1', cek)),
  'rsa-oaep with SHA-256 and no MGF': (cek) => transported(OAEP, SHA256, oaep('sha256', 'sha1', cek)),
  'rsa-oaep with SHA-1 and MGF1-SHA256': (cek) =>
    transported(OAEP, SHA1 + mgf('sha256'), oaep('sha1', 'sha256', cek)),
  'rsa-oaep with SHA-256 and MGF1-SHA1': (cek) =>
    transported(OAEP, SHA256 + mgf('sha1'), oaep('sha256', 'sha1', cek)),
  'rsa-oaep-mgf1p without children': (cek) => transported(MGF1P, '', oaep('sha1', 'sha1', cek)),
  'rsa-oaep-mgf1p with SHA-1': (cek) => transported(MGF1P, SHA1, oaep('sha1', 'sha1', cek)),
  'rsa-oaep-mgf1p with SHA-256': (cek) => transported(MGF1P, SHA256, oaep('sha256', 'sha1', cek)),
  'rsa-oaep-mgf1p with a MGF that does not apply': (cek) =>
    transported(MGF1P, SHA256 + mgf('sha256'), oaep('sha256', 'sha1', cek)),
};
describe('E03: key transport of old peers', () => {
  const accepting = { ...receiving, acceptLegacyKeyTransport: true };
  for (const [what, make] of Object.entries(legacy)) {
    test(`${what}: refused before the key is used, opened with the switch`, async () => {
      await assert.rejects(
        receive(make(), { ...receiving, keys: [untouchable] }),
        refusedWith('EBMS:0103', 'wss/algorithm-not-allowed'),
      );
      const { contents } = await receive(make(), accepting);
      assert.deepEqual(contents.get('two'), CONTENTS['two']);
    });

    test(`${what}: a wrong key, a key of wrong length and garbage end with the fixed sentence`, async () => {
      for (const cek of [randomBytes(16), randomBytes(8), randomBytes(32)]) {
        await assert.rejects(receive(make(cek), accepting), refusedWith('EBMS:0102'));
      }
      const garbage = make()
        .envelope.toString()
        .replace(/(<xenc:CipherValue>)[^<]*/, `$1${Buffer.alloc(256, 7).toString('base64')}`);
      await assert.rejects(
        receive({ ...wire, envelope: Buffer.from(garbage) }, accepting),
        refusedWith('EBMS:0102'),
      );
    });
  }

  test('the right key under a broken padding does not open either', async () => {
    const block = encodeOaep(CEK, 256, randomBytes(32), { digest: 'sha256', maskGeneration: 'sha1' });
    // Seed and data stay what they are: only the leading byte, which has to be 0, is not.
    block[0] = 1;
    const value = publicEncrypt({ key: bob.certificate.publicKey, padding: constants.RSA_NO_PADDING }, block);
    await assert.rejects(receive(transported(MGF1P, SHA256, value), accepting), refusedWith('EBMS:0102'));
  });

  test('what the profile asks for is opened with the switch on as well', async () => {
    await receive(wire, accepting);
  });

  test('an OAEP label is refused', async () => {
    const labelled = replace('<ds:DigestMethod', '<xenc:OAEPparams>AAAA</xenc:OAEPparams><ds:DigestMethod');
    await assert.rejects(receive(labelled, receiving), refusedWith('EBMS:0103', 'wss/oaep-label'));
  });
});

const part = wire.parts.get('one')!.bytes;
const flip = (bytes: Buffer, at: number) => {
  const changed = Buffer.from(bytes);
  changed[at < 0 ? bytes.length + at : at]! ^= 1;
  return changed;
};
function gcm(iv: Buffer, key = CEK): Buffer {
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  return Buffer.concat([iv, cipher.update(CONTENTS['one']!), cipher.final(), cipher.getAuthTag()]);
}
refuses(
  'E04: GCM',
  {
    'a flipped tag': withPart(flip(part, -1)),
    'a flipped initialisation vector': withPart(flip(part, 0)),
    'a flipped ciphertext': withPart(flip(part, 15)),
    'a tag of 12 bytes': withPart(part.subarray(0, -4)),
    'a tag of 4 bytes': withPart(part.subarray(0, -12)),
    'an initialisation vector of 11 bytes': withPart(gcm(randomBytes(11))),
    'an initialisation vector of 16 bytes': withPart(gcm(randomBytes(16))),
    'an empty part': withPart(Buffer.alloc(0)),
    '27 bytes': withPart(part.subarray(0, 27)),
    '28 bytes': withPart(part.subarray(0, 28)),
    'another key': withPart(gcm(randomBytes(12), randomBytes(16))),
    'not encrypted at all': withPart(CONTENTS['one']!),
  },
  'EBMS:0102',
);

test('E04: a part in place of another opens, and is not what was signed', async () => {
  await assert.rejects(receive(withPart(wire.parts.get('two')!.bytes), receiving), WrongDigest);
});

const secondKey = ENCRYPTED_KEY.replaceAll(KEY_ID, 'EK-2');
refuses(
  'E05: session keys',
  {
    'of 8 bytes': withValue(wrap(randomBytes(8))),
    'of 15 bytes': withValue(wrap(CEK.subarray(1))),
    'of 32 bytes': withValue(wrap(Buffer.concat([CEK, CEK]))),
    'of no bytes': withValue(wrap(Buffer.alloc(0))),
    'another one': withValue(wrap(randomBytes(16))),
    'a flipped value': withValue(flip(Buffer.from(CIPHER_VALUE.slice(18, -19), 'base64'), 100)),
    'a value of another length': withValue(randomBytes(128)),
    'an empty value': withValue(Buffer.alloc(0)),
    'a value above the modulus': withValue(Buffer.alloc(256, 0xff)),
    'padded for PKCS#1 v1.5': withValue(
      publicEncrypt({ key: bob.certificate.publicKey, padding: constants.RSA_PKCS1_PADDING }, CEK),
    ),
    'two that both list the parts': replace(ENCRYPTED_KEY, ENCRYPTED_KEY + secondKey),
    'two, the parts name one and the other lists them': replace(
      ENCRYPTED_KEY,
      secondKey + ENCRYPTED_KEY.replace(LIST, ''),
    ),
    none: replace(ENCRYPTED_KEY, ''),
    'one that refers to itself': replace(
      /<ds:KeyInfo>.*?<\/ds:KeyInfo>/.exec(ENCRYPTED_KEY)![0],
      DATA_KEY_INFO,
    ),
    'two that refer to each other': replace(
      ENCRYPTED_KEY,
      ENCRYPTED_KEY.replace(/<ds:KeyInfo>.*?<\/ds:KeyInfo>/, DATA_KEY_INFO.replace(KEY_ID, 'EK-2')) +
        secondKey.replace(/<ds:KeyInfo>.*?<\/ds:KeyInfo>/, DATA_KEY_INFO).replace(LIST, ''),
    ),
    'a thousand references': replace(
      LIST,
      LIST.replace(
        '</xenc:ReferenceList>',
        '<xenc:DataReference URI="#ED"/>'.repeat(1000) + '</xenc:ReferenceList>',
      ),
    ),
    'a reference to nothing': replace(
      LIST,
      LIST.replace('</xenc:ReferenceList>', '<xenc:DataReference URI="#nothing"/></xenc:ReferenceList>'),
    ),
    'a reference to somewhere else': replace(
      LIST,
      LIST.replace(
        '</xenc:ReferenceList>',
        '<xenc:DataReference URI="http://example.org"/></xenc:ReferenceList>',
      ),
    ),
    'a reference to a key': replace(
      LIST,
      LIST.replace('</xenc:ReferenceList>', `<xenc:KeyReference URI="#${KEY_ID}"/></xenc:ReferenceList>`),
    ),
    'a part that names no key': replace(DATA_KEY_INFO, DATA_KEY_INFO.replace(KEY_ID, 'nothing')),
    'a part that names a key elsewhere': replace(
      DATA_KEY_INFO,
      '<ds:KeyInfo><ds:RetrievalMethod URI="http://example.org"/></ds:KeyInfo>',
    ),
    'a comment in the value': replace(CIPHER_VALUE, CIPHER_VALUE.replace('>', '><!---->')),
    'no value': replace(CIPHER_VALUE, ''),
    'no method': replace(METHOD, ''),
    'a token as recipient that is not there': replace(
      /<ds:X509Data>.*?<\/ds:X509Data>/.exec(ENCRYPTED_KEY)![0],
      '<wsse:Reference URI="#gone"/>',
    ),
  },
  'EBMS:0102',
);

describe('E05: for whom', () => {
  test('a message for somebody else says for whom it is, in the journal only', async () => {
    await assert.rejects(receive(wire, { ...receiving, keys: [mallory] }), (error) => {
      refusedWith('EBMS:0102')(error);
      assert.match((error as Refusal).finding?.found ?? '', new RegExp(bob.certificate.serialNumber));
      return true;
    });
  });

  test('any of several keys opens, as in a rollover', async () => {
    await receive(wire, { ...receiving, keys: [mallory, bob] });
  });

  test('a key of the name that is not the key ends with the fixed sentence', async () => {
    const wrong: KeyEntry = { ...bob, privateKey: mallory.privateKey };
    await assert.rejects(receive(wire, { ...receiving, keys: [wrong] }), refusedWith('EBMS:0102'));
    const curve: KeyEntry = { ...bob, privateKey: elliptic.privateKey };
    await assert.rejects(receive(wire, { ...receiving, keys: [curve] }), refusedWith('EBMS:0102'));
  });

  test('an unused key is noise, whatever it holds', async () => {
    const noise = secondKey
      .replace(LIST, '<xenc:ReferenceList/>')
      .replace(CIPHER_VALUE, '')
      .replace(METHOD, '');
    await receive(replace(ENCRYPTED_KEY, noise + ENCRYPTED_KEY), receiving);
    await assert.rejects(
      receive(
        replace(
          ENCRYPTED_KEY,
          ENCRYPTED_KEY + [3, 4, 5, 6].map((n) => noise.replaceAll('EK-2', `EK-${n}`)).join(''),
        ),
        receiving,
      ),
      refusedWith('EBMS:0103', 'wss/too-many'),
    );
  });

  test('parts may leave out the key that lists them, and a list may stand on its own', async () => {
    await receive(replaceAll(DATA_KEY_INFO, ''), receiving);
    const id = /EncryptedData [^>]*Id="([^"]*)"/.exec(TEXT)![1]!;
    const own = `<xenc:ReferenceList xmlns:xenc="${NS.XENC}"><xenc:DataReference URI="#${id}"/></xenc:ReferenceList>`;
    await receive(replace(ENCRYPTED_KEY, own + ENCRYPTED_KEY.replace(LIST, '')), receiving);
    await receive(replace(LIST, ''), receiving);
    const neither = { ...wire, envelope: Buffer.from(TEXT.replace(LIST, '').replaceAll(DATA_KEY_INFO, '')) };
    await assert.rejects(receive(neither, receiving), refusedWith('EBMS:0102'));
  });
});

const CIPHER_REFERENCE = /<xenc:CipherReference .*?<\/xenc:CipherReference>/.exec(ENCRYPTED_DATA)![0];
const reference = (to: string) => replace(CIPHER_REFERENCE, to);
refuses(
  'E06: what is encrypted',
  {
    'a document on the web': reference(CIPHER_REFERENCE.replace('cid:one', 'http://example.org/x')),
    'a file': reference(CIPHER_REFERENCE.replace('cid:one', 'file:///etc/passwd')),
    'an element': reference(CIPHER_REFERENCE.replace('cid:one', '#_m-1')),
    nothing: reference(CIPHER_REFERENCE.replace('cid:one', '')),
    'one part twice': reference(CIPHER_REFERENCE.replace('cid:one', 'cid:two')),
    'one part twice, once escaped': reference(CIPHER_REFERENCE.replace('cid:one', 'cid:tw%6F')),
    'a value in the header': reference('<xenc:CipherValue>AAAA</xenc:CipherValue>'),
    'a reference beside a value': reference(`${CIPHER_REFERENCE}<xenc:CipherValue>AAAA</xenc:CipherValue>`),
    'through another transform': reference(
      CIPHER_REFERENCE.replace('Attachment-Ciphertext-Transform', 'Attachment-Other'),
    ),
    'through two transforms': reference(CIPHER_REFERENCE.replace(/<ds:Transform .*<\/ds:Transform>/, '$&$&')),
    'an element, by type': replace('#Attachment-Content-Only', '#Element'),
    'content, by type': replace(
      'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only',
      `${XENC}Content`,
    ),
    'something of a type that every object has': replace(
      ' Type="http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only"',
      ' Type="constructor"',
    ),
    'something without type': replace(
      ' Type="http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only"',
      '',
    ),
    'a header block, named by a list': replace(
      LIST,
      LIST.replace('</xenc:ReferenceList>', '<xenc:DataReference URI="#_m-1"/></xenc:ReferenceList>'),
    ),
  },
  'EBMS:0103',
  'wss/encryption-target',
);

test('E06: more parts than the limit', async () => {
  const many = Array.from({ length: 71 }, (_, i) =>
    ENCRYPTED_DATA.replace(/ Id="[^"]*"/, ` Id="ED-${i}"`).replace('cid:one', `cid:p${i}`),
  );
  await assert.rejects(
    receive(replace(ENCRYPTED_DATA, many.join('')), receiving),
    refusedWith('EBMS:0103', 'wss/too-many'),
  );
});

const complete = PEERS.find(({ attachmentComplete }) => attachmentComplete)!;
describe('E07: parts encrypted with their MIME headers', () => {
  const content = Buffer.from('line\nline\n');
  const made = (headers: string, mimeType: string): Wire => {
    const parts = [{ contentId: 'one', mimeType, content, headers }];
    const { envelope, ciphertexts } = writeAsPeer(complete, {
      signer: alice,
      recipient: bob.certificate,
      parts,
    });
    return {
      envelope,
      parts: new Map([['one', { mimeType: 'application/octet-stream', bytes: ciphertexts.get('one')! }]]),
    };
  };
  const accepting = { ...receiving, acceptAttachmentComplete: true };

  test('are refused before the key is used unless the switch is on', async () => {
    const message = made('Content-ID:one\r\n\r\n', 'application/gzip');
    await assert.rejects(
      receive(message, { ...receiving, keys: [untouchable] }),
      refusedWith('EBMS:0103', 'wss/attachment-complete'),
    );
    const { contents } = await receive(message, accepting);
    assert.deepEqual(contents.get('one'), content);
  });

  test('their inner Content-Type wins, in any case and folded; other headers mean nothing', async () => {
    // Signed as raw bytes although the outer type asks for CRLF line ends.
    for (const headers of [
      'Content-Type:application/gzip\r\n\r\n',
      'CONTENT-TYPE: application/gzip\r\nContent-ID: <two>\r\nContent-Disposition: attachment\r\n\r\n',
      'Content-Description: Content-Type: text/xml\r\nContent-Type:\r\n application/gzip\r\n\r\n',
    ]) {
      const { contents } = await receive(made(headers, 'text/plain'), { ...accepting, chunkSize: 7 });
      assert.deepEqual(contents.get('one'), content);
    }
    await assert.rejects(receive(made('Content-ID: one\r\n\r\n', 'text/plain'), accepting), WrongDigest);
  });

  test('without a blank line they end with the fixed sentence', async () => {
    for (const headers of ['', 'Content-ID: one\r\n', `${'X: y\r\n'.repeat(2000)}\r\n`]) {
      await assert.rejects(receive(made(headers, 'application/gzip'), accepting), refusedWith('EBMS:0102'));
    }
  });

  test('a changed byte inside the headers ends with the fixed sentence', async () => {
    const message = made('Content-ID: one\r\n\r\n', 'application/gzip');
    const bytes = flip(message.parts.get('one')!.bytes, 14);
    const changed = { ...message, parts: new Map([['one', { mimeType: '', bytes }]]) };
    await assert.rejects(receive(changed, accepting), refusedWith('EBMS:0102'));
  });
});

/** Blocks as they could stand anywhere: with all declarations, without an id that already stands elsewhere. */
const declared = (block: string, id: string) =>
  block.replace(/ Id="[^"]*"/, ` xmlns:wsse="${NS.WSSE}" xmlns:wsu="${NS.WSU}" Id="${id}"`);
const STRAY_DATA = declared(ENCRYPTED_DATA, 'ED-stray');
const STRAY_KEY = declared(ENCRYPTED_KEY, 'EK-stray');
const inBody = TEXT.replace('</S12:Body>', `${STRAY_DATA}</S12:Body>`);
const MESSAGING = pick(/<eb:Messaging.*<\/eb:Messaging>/);
refuses(
  'E08: encryption in other places',
  {
    'in the Body': { ...wire, envelope: Buffer.from(inBody) },
    'in the Body, signed': { ...wire, envelope: signAgain(inBody, alice) },
    'in place of Messaging': replace(
      MESSAGING,
      `<wsse11:EncryptedHeader xmlns:wsse11="${NS.WSSE11}"><x/></wsse11:EncryptedHeader>`,
    ),
    'as a header block': replace(MESSAGING, STRAY_DATA + MESSAGING),
    'inside Messaging': replace('</eb:Messaging>', `${STRAY_DATA}</eb:Messaging>`),
    'a key deep inside Messaging': replace('<eb:MessageInfo>', `<eb:MessageInfo>${STRAY_KEY}`),
  },
  'EBMS:0103',
  'wss/stray-encryption',
);

test('E09: a signature over the ciphertext does not fit what is inside', async () => {
  const digest = digestOf(TYPE, CONTENTS['one']!);
  const changed = replace(digest, digestOf(TYPE, part));
  await assert.rejects(
    receive({ ...changed, envelope: signAgain(changed.envelope, alice) }, receiving),
    WrongDigest,
  );
});

test('E12: whatever fails inside, the partner gets one sentence and the same number of bytes is read', async () => {
  const failures = [
    withPart(flip(part, -1)),
    withValue(wrap(randomBytes(16))),
    withValue(wrap(randomBytes(8))),
    withValue(randomBytes(256)),
  ];
  const answers = new Set<string>();
  for (const failing of failures) {
    const error: unknown = await receive(failing, receiving).catch((reason: unknown) => reason);
    assert.ok(error instanceof Refusal);
    answers.add(JSON.stringify([error.name, error.ebms, error.code, error.message]));
  }
  assert.equal(answers.size, 1);
});

test('each part is decrypted once, and only what is encrypted', () => {
  withXml(wire.envelope, {}, (doc) => {
    const claimed = readSecurity(readEnvelope(doc));
    const decryption = openEncryption(claimed, {
      suite: SUITE,
      keys: [bob],
      acceptLegacyKeyTransport: false,
    });
    const taken = (error: unknown) => isQuoinError(error) && error.code === 'wss/part-taken';
    decryption.decrypt('one', once(part));
    assert.throws(() => decryption.decrypt('one', once(part)), taken);
    assert.throws(() => decryption.decrypt('three', once(part)), taken);
    assert.throws(() => decryption.mimeTypeOf('three'), taken);
    assert.equal(decryption.mimeTypeOf('one'), TYPE);
    const nothing = { signed: false, signature: undefined, encryptedKey: undefined, encryptedParts: [] };
    assert.throws(
      () => openEncryption(nothing, { suite: SUITE, keys: [bob], acceptLegacyKeyTransport: false }),
      (error) => isQuoinError(error) && error.code === 'wss/not-encrypted',
    );
  });
});

describe('what cannot be encrypted', () => {
  const signed = signEnvelope({
    messaging: messagingText([{ contentId: 'one' }]),
    messagingId: '_m-1',
    attachments: [{ href: 'cid:one', digestValue: digestOf(TYPE, CONTENTS['one']!) }],
    key: alice,
    keyReference: 'IssuerSerial',
    suite: SUITE,
  });
  const request = {
    parts: [{ href: 'cid:one', mimeType: TYPE }],
    recipient: bob.certificate,
    keyReference: 'IssuerSerial',
    suite: SUITE,
  } as const;
  const withCode = (code: string) => (error: unknown) => isQuoinError(error) && error.code === code;

  test('for a key that is too short, or of another kind', () => {
    for (const { certificate } of [short, elliptic]) {
      assert.throws(
        () => sealEnvelope(signed, { ...request, recipient: certificate }),
        withCode('wss/unsuitable-key'),
      );
    }
  });

  test('a part twice, or one that was not named', async () => {
    const [only] = request.parts;
    assert.throws(
      () => sealEnvelope(signed, { ...request, parts: [only, only] }),
      withCode('wss/part-taken'),
    );
    const envelope = sealEnvelope(signed, request);
    assert.throws(() => envelope.encrypt('cid:two', once(Buffer.alloc(1))), withCode('wss/part-taken'));
    await gather(envelope.encrypt('cid:one', once(Buffer.alloc(1))));
    assert.throws(() => envelope.encrypt('cid:one', once(Buffer.alloc(1))), withCode('wss/part-taken'));
  });

  test('no two attempts and no two parts share key or initialisation vector', async () => {
    const seen = new Set<string>();
    for (let attempt = 0; attempt < 20; attempt++) {
      const envelope = sealEnvelope(signed, request);
      const bytes = await gather(envelope.encrypt('cid:one', once(Buffer.alloc(16))));
      seen.add(bytes.toString('hex', 0, 12)).add(bytes.toString('hex', 12, 28));
      seen.add(/<xenc:CipherValue>([^<]*)/.exec(envelope.bytes.toString())![1]!);
    }
    assert.equal(seen.size, 60);
  });

  test('nothing to encrypt leaves the envelope as it is', () => {
    assert.deepEqual(sealEnvelope(signed, { ...request, parts: [] }).bytes, signed.bytes);
  });
});
