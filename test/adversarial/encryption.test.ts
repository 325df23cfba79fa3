import assert from 'node:assert/strict';
import crypto, { createCipheriv, randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NS } from '../../src/protocol/xml/index.ts';
import {
  BODY,
  DATA_METHOD,
  encipher,
  encryptedDataXml,
  encryptedKeyXml,
  KEY_METHOD,
  OAEP,
  SHA256,
  SWA,
  tokenReference,
  wrapKey,
} from '../support/attacker.ts';
import type { Changes, Forged } from '../support/attacker.ts';
import { wrapWithTwoHashes } from '../support/attacker-oaep.ts';
import { collaborationXml, openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Answer, Target } from '../support/attacker-target.ts';

/** E01 to E09 and E12: key transport, ciphers, and what may be encrypted at all. */

let target: Target;

/** Operations with a private RSA key for decryption since the process began. */
let privateOperations = 0;
const { privateDecrypt } = crypto;
crypto.privateDecrypt = (...args: Parameters<typeof privateDecrypt>) => {
  privateOperations += 1;
  return privateDecrypt(...args);
};
syncBuiltinESMExports();

before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

const plainPart = (content: Buffer) =>
  ordinaryPart({ content, compress: false, mimeType: 'application/octet-stream' });
const method = (algorithm: string, inside = ''): string =>
  `<xenc:EncryptionMethod Algorithm="${algorithm}">${inside}</xenc:EncryptionMethod>`;
const digestMethod = (algorithm: string): string =>
  `<ds:DigestMethod xmlns:ds="${NS.DS}" Algorithm="${algorithm}"></ds:DigestMethod>`;
const maskMethod = (name: string): string =>
  `<xenc11:MGF xmlns:xenc11="${NS.XENC11}" Algorithm="${NS.XENC11}${name}"></xenc11:MGF>`;
const SHA1 = `${NS.DS}sha1`;

test('the private key is used for an honest message, so that the counter counts', async () => {
  const before = privateOperations;
  await target.accepts(target.forge());
  assert.equal(privateOperations, before + 1);
});

describe('E01 key transport the suite does not allow is refused before a private key is used', () => {
  const methods: Readonly<Record<string, string>> = {
    'RSA PKCS#1 v1.5': method(`${NS.XENC}rsa-1_5`),
    'AES key wrap': method(`${NS.XENC}kw-aes128`),
    'an unknown one': method('urn:example:transport'),
    'a cipher for data': DATA_METHOD,
  };
  for (const [name, keyMethod] of Object.entries(methods)) {
    test(`E01 ${name}`, async () => {
      const before = privateOperations;
      const padding = crypto.constants.RSA_PKCS1_PADDING;
      const message = target.forge({
        keyMethod,
        wrap: (key) => crypto.publicEncrypt({ key: target.b.certificate.publicKey, padding }, key),
      });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
      assert.equal(privateOperations, before, 'the private key was not touched');
    });
  }
});

describe('E02 ciphers the suite does not allow are refused before a private key is used', () => {
  const cbc =
    (bits: 128 | 192 | 256): NonNullable<Changes['encipher']> =>
    (key, plain) => {
      const iv = randomBytes(16);
      const cipher = createCipheriv(`aes-${bits}-cbc`, key, iv);
      return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
    };
  const ciphers: Readonly<Record<string, Changes>> = {
    'AES-128-CBC': { dataMethod: method(`${NS.XENC}aes128-cbc`), encipher: cbc(128) },
    'AES-192-CBC': {
      dataMethod: method(`${NS.XENC}aes192-cbc`),
      encipher: cbc(192),
      sessionKey: randomBytes(24),
    },
    'AES-256-CBC': {
      dataMethod: method(`${NS.XENC}aes256-cbc`),
      encipher: cbc(256),
      sessionKey: randomBytes(32),
    },
    '3DES-CBC': { dataMethod: method(`${NS.XENC}tripledes-cbc`) },
    'AES-256-GCM, which the suite does not list': {
      dataMethod: method(`${NS.XENC11}aes256-gcm`),
      sessionKey: randomBytes(32),
    },
    none: { dataMethod: method('none'), encipher: (_, plain) => plain },
  };
  for (const [name, changes] of Object.entries(ciphers)) {
    test(`E02 ${name}`, async () => {
      const before = privateOperations;
      await target.refuses(target.forge(changes), { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
      assert.equal(privateOperations, before, 'the private key was not touched');
    });
  }

  test('E02 no EncryptionMethod at all', async () => {
    await target.refuses(target.forge({ dataMethod: '' }), { ebms: 'EBMS:0102' });
  });

  test('E02 one part by GCM, the other by CBC', async () => {
    const parts = [ordinaryPart(), ordinaryPart({ contentId: 'two@attacker.test' })];
    const message = target.forge(
      {
        encryptedData: (xml, _, index) =>
          index === 0 ? xml : xml.replace(`${NS.XENC11}aes128-gcm`, `${NS.XENC}aes128-cbc`),
      },
      { parts },
    );
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
  });
});

describe('E03 RSA-OAEP with other hashes, by P-Mode', () => {
  const twoHashes =
    (digest: string, mask: string): NonNullable<Changes['wrap']> =>
    (key) =>
      wrapWithTwoHashes(target.b.certificate, key, { digest, mask });
  const legacy: Readonly<Record<string, Changes>> = {
    'no children, which means SHA-1 twice': { keyMethod: method(OAEP), wrap: twoHashes('sha1', 'sha1') },
    'SHA-1 twice, said': {
      keyMethod: method(OAEP, digestMethod(SHA1) + maskMethod('mgf1sha1')),
      wrap: twoHashes('sha1', 'sha1'),
    },
    'SHA-256 with MGF1-SHA1': {
      keyMethod: method(OAEP, digestMethod(SHA256) + maskMethod('mgf1sha1')),
      wrap: twoHashes('sha256', 'sha1'),
    },
    'SHA-256 without MGF, which means MGF1-SHA1': {
      keyMethod: method(OAEP, digestMethod(SHA256)),
      wrap: twoHashes('sha256', 'sha1'),
    },
    'SHA-1 with MGF1-SHA256': {
      keyMethod: method(OAEP, maskMethod('mgf1sha256')),
      wrap: twoHashes('sha1', 'sha256'),
    },
    'rsa-oaep-mgf1p without children': {
      keyMethod: method(`${NS.XENC}rsa-oaep-mgf1p`),
      wrap: twoHashes('sha1', 'sha1'),
    },
    'rsa-oaep-mgf1p with SHA-256': {
      keyMethod: method(`${NS.XENC}rsa-oaep-mgf1p`, digestMethod(SHA256)),
      wrap: twoHashes('sha256', 'sha1'),
    },
  };
  for (const [name, changes] of Object.entries(legacy)) {
    test(`E03 ${name}: refused by default`, async () => {
      const before = privateOperations;
      await target.refuses(target.forge(changes), { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
      assert.equal(privateOperations, before);
    });

    test(`E03 ${name}: accepted where the P-Mode says so`, async () => {
      await target.accepts(target.forge(changes, { collaboration: collaborationXml('Tolerant') }));
    });
  }

  test('E03 the switch for old key transport does not let RSA PKCS#1 v1.5 in', async () => {
    const message = target.forge(
      { keyMethod: method(`${NS.XENC}rsa-1_5`) },
      { collaboration: collaborationXml('Tolerant') },
    );
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
  });

  test('E03 another hash than said is a key that does not open', async () => {
    const message = target.forge({ wrap: twoHashes('sha1', 'sha1') });
    await target.refuses(message, { ebms: 'EBMS:0102', check: 'part-decrypts' });
  });

  test('E03 an OAEP label', async () => {
    const message = target.forge({
      keyMethod: KEY_METHOD.replace(
        '<ds:DigestMethod',
        '<xenc:OAEPparams>bGFiZWw=</xenc:OAEPparams><ds:DigestMethod',
      ),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/oaep-label' });
  });
});

describe('E04 parts that do not decrypt get one and the same answer', () => {
  const gcm = (key: Buffer, plain: Buffer, ivBytes: number): Buffer => {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const flip = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = copy[index]! ^ 1;
    return copy;
  };
  const broken: Readonly<Record<string, NonNullable<Changes['encipher']>>> = {
    'the last bit of the tag flipped': (key, plain) => flip(encipher(key, plain), -1),
    'the first bit of the tag flipped': (key, plain) => flip(encipher(key, plain), -16),
    'a bit of the ciphertext flipped': (key, plain) => flip(encipher(key, plain), 20),
    'a bit of the IV flipped': (key, plain) => flip(encipher(key, plain), 0),
    'a tag of 12 bytes': (key, plain) => encipher(key, plain).subarray(0, -4),
    'a tag of 4 bytes': (key, plain) => encipher(key, plain).subarray(0, -12),
    'no tag': (key, plain) => encipher(key, plain).subarray(0, -16),
    'an IV of 11 bytes': (key, plain) => gcm(key, plain, 11),
    'an IV of 16 bytes': (key, plain) => gcm(key, plain, 16),
    'an empty part': () => Buffer.alloc(0),
    'one byte': () => Buffer.alloc(1),
    '27 bytes': () => randomBytes(27),
    '28 bytes of nothing': () => Buffer.alloc(28),
    'random bytes': () => randomBytes(500),
    'the plaintext itself': (_, plain) => plain,
    'encrypted with another key': (_, plain) => encipher(randomBytes(16), plain),
    'encrypted twice': (key, plain) => encipher(key, encipher(key, plain)),
    'a byte more': (key, plain) => Buffer.concat([encipher(key, plain), Buffer.alloc(1)]),
  };
  const ways = {
    compressed: () => ordinaryPart(),
    'not compressed': () => plainPart(randomBytes(300)),
    'of a megabyte, compressed': () => ordinaryPart({ content: randomBytes(1024 * 1024) }),
  };
  const seen = new Set<string>();
  for (const [way, part] of Object.entries(ways)) {
    for (const [name, change] of Object.entries(broken)) {
      test(`E04 ${name}, ${way}`, async () => {
        const message = target.forge({ encipher: change }, { parts: [part()] });
        // A part encrypted twice opens once; what is inside is then not what was signed.
        const ebms = name === 'encrypted twice' ? 'EBMS:0101' : 'EBMS:0102';
        await target.refuses(message, { ebms });
        if (ebms === 'EBMS:0102') seen.add(answerText(await target.strike(message)));
      });
    }
  }

  test('E04 all these answers are the same', () => {
    assert.equal(seen.size, 1, [...seen].join('\n'));
  });

  test('E04 an empty document, honestly encrypted, is 28 bytes and accepted', async () => {
    const kept = await target.accepts(target.forge({}, { parts: [plainPart(Buffer.alloc(0))] }));
    assert.equal(kept.parts[0]!.size, 0);
  });

  test('E04 one broken part of three keeps all three out', async () => {
    const parts = ['one', 'two', 'three'].map((name) => ordinaryPart({ contentId: `${name}@attacker.test` }));
    const message = target.forge(
      { mime: (all) => all.map((part, i) => (i === 3 ? { ...part, body: flip(part.body, -1) } : part)) },
      { parts },
    );
    await target.refuses(message, { ebms: 'EBMS:0102', check: 'part-decrypts' });
  });
});

/** An answer without what differs by message: ids, times, digests, signatures. */
function answerText(answer: Answer): string {
  const { refToMessageInError: _, ...error } = answer.error ?? {};
  return JSON.stringify({
    status: answer.status,
    error,
    description: answer.description,
    signed: answer.signed,
  });
}

describe('E05 session keys', () => {
  const other = randomBytes(16);
  const wrapped: Readonly<Record<string, Changes>> = {
    'of 8 bytes': { wrap: () => wrapKey(target.b.certificate, randomBytes(8)) },
    'of 15 bytes': { wrap: (key) => wrapKey(target.b.certificate, key.subarray(0, 15)) },
    'of 32 bytes': { wrap: (key) => wrapKey(target.b.certificate, Buffer.concat([key, key])) },
    'of no bytes': { wrap: () => wrapKey(target.b.certificate, Buffer.alloc(0)) },
    'wrapped for another certificate than named': { wrap: (key) => wrapKey(target.a.certificate, key) },
    'another one than was used': { wrap: () => wrapKey(target.b.certificate, other) },
    'random bytes': { wrap: () => Buffer.concat([Buffer.alloc(1), randomBytes(255)]) },
    zeros: { wrap: () => Buffer.alloc(256) },
    'larger than the modulus': { wrap: () => Buffer.alloc(256, 0xff) },
    'one byte too long': {
      wrap: (key) => Buffer.concat([Buffer.alloc(1), wrapKey(target.b.certificate, key)]),
    },
    empty: { wrap: () => Buffer.alloc(0) },
  };
  for (const [name, changes] of Object.entries(wrapped)) {
    test(`E05 ${name}`, async () => {
      await target.refuses(target.forge(changes), { ebms: 'EBMS:0102', check: 'part-decrypts' });
    });
  }

  test('E05 the same session key again in another message is no matter', async () => {
    await target.accepts(target.forge({ sessionKey: other }));
    await target.accepts(target.forge({ sessionKey: other }));
  });

  const keyInfo = (inside: string) => (xml: string) =>
    xml.replace(/<wsse:SecurityTokenReference.*<\/wsse:SecurityTokenReference>/s, inside);
  const structures: Readonly<Record<string, Changes>> = {
    'for a certificate that is not ours': {
      security: (blocks) =>
        blocks.map((block) =>
          block.name === 'recipient-token'
            ? {
                ...block,
                xml: block.xml.replace(
                  target.b.certificate.der.toString('base64'),
                  target.a.certificate.der.toString('base64'),
                ),
              }
            : block,
        ),
    },
    'that names itself as its key': { encryptedKey: keyInfo(tokenReference('EK')) },
    'that names an EncryptedData as its key': { encryptedKey: keyInfo(tokenReference('ED-0')) },
    'without KeyInfo': { encryptedKey: (xml) => xml.replace(/<ds:KeyInfo.*<\/ds:KeyInfo>/s, '') },
    'without CipherValue': {
      encryptedKey: (xml) => xml.replace(/<xenc:CipherValue>.*<\/xenc:CipherValue>/s, ''),
    },
    'with two CipherValues': {
      encryptedKey: (xml) => xml.replace(/(<xenc:CipherValue>.*<\/xenc:CipherValue>)/s, '$1$1'),
    },
    'whose CipherValue is a reference': {
      encryptedKey: (xml) =>
        xml.replace(
          /<xenc:CipherValue>.*<\/xenc:CipherValue>/s,
          '<xenc:CipherReference URI="http://attacker.test/key"></xenc:CipherReference>',
        ),
    },
    'whose list names nothing that is there': { encryptedKey: (xml) => xml.replace('#ED-0', '#ED-9') },
    'whose list names itself': { encryptedKey: (xml) => xml.replace('#ED-0', '#EK') },
    'whose list has a thousand entries': {
      encryptedKey: (xml) =>
        xml.replace(
          '</xenc:ReferenceList>',
          `${'<xenc:DataReference URI="#ED-0"></xenc:DataReference>'.repeat(1000)}</xenc:ReferenceList>`,
        ),
    },
    missing: { encryptedKey: () => '' },
    'under another id than the part names': { encryptedKey: (xml) => xml.replace('Id="EK"', 'Id="EK-2"') },
  };
  for (const [name, changes] of Object.entries(structures)) {
    test(`E05 an EncryptedKey ${name}`, async () => {
      // A list that leads out of the encrypted parts encrypts something that may not be: E06.
      const ebms = name === 'whose list names itself' ? 'EBMS:0103' : 'EBMS:0102';
      await target.refuses(target.forge(changes), { ebms });
    });
  }

  test('E05 two EncryptedKeys, one for each part', async () => {
    const parts = [ordinaryPart(), ordinaryPart({ contentId: 'two@attacker.test' })];
    const message = target.forge(
      {
        encryptedKey: (xml) =>
          xml.replace('<xenc:DataReference URI="#ED-1"></xenc:DataReference>', '') +
          xml
            .replace('Id="EK"', 'Id="EK-2"')
            .replace('<xenc:DataReference URI="#ED-0"></xenc:DataReference>', ''),
        encryptedData: (xml, _, index) => (index === 0 ? xml : xml.replace('URI="#EK"', 'URI="#EK-2"')),
      },
      { parts },
    );
    await target.refuses(message, { ebms: 'EBMS:0102', check: 'one-encrypted-key' });
  });

  test('E05 two EncryptedKeys that both list one part', async () => {
    const message = target.forge({ encryptedKey: (xml) => xml + xml.replace('Id="EK"', 'Id="EK-2"') });
    await target.refuses(message, { ebms: 'EBMS:0102', check: 'one-encrypted-key' });
  });

  test('E05 an EncryptedKey that nothing uses is noise', async () => {
    const unused = encryptedKeyXml(wrapKey(target.b.certificate, other), 0, 'EK-unused');
    await target.accepts(target.forge({ encryptedKey: (xml) => xml + unused }));
  });

  test('E05 a hundred EncryptedKeys', async () => {
    const unused = Array.from({ length: 100 }, (_, i) =>
      encryptedKeyXml(Buffer.alloc(256), 0, `EK-${i}`),
    ).join('');
    const before = privateOperations;
    const message = target.forge({ encryptedKey: (xml) => xml + unused });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/too-many' });
    assert.equal(privateOperations, before);
  });

  test('E05 five hundred EncryptedData', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({
      name: 'data' as const,
      xml: encryptedDataXml(i + 1, { uri: `cid:${i}@attacker.test`, mimeType: 'text/plain' }),
    }));
    const message = target.forge({ security: (blocks) => [...blocks, ...many] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/too-many' });
  });
});

describe('E06 what a CipherReference names', () => {
  const named =
    (uri: string): NonNullable<Changes['encryptedData']> =>
    (xml) =>
      xml.replace('URI="cid:evidence@attacker.test"', `URI="${uri}"`);
  const elsewhere: Readonly<Record<string, string>> = {
    'an http address': 'http://attacker.test/part',
    'a file': 'file:///etc/hostname',
    'the Body': '#_body',
    'the root part': 'cid:root@attacker.test',
    'a part that is not there': 'cid:ghost@attacker.test',
    nothing: '',
  };
  for (const [name, uri] of Object.entries(elsewhere)) {
    test(`E06 ${name}`, async () => {
      await target.refuses(target.forge({ encryptedData: named(uri) }), { ebms: 'EBMS:0103' });
    });
  }

  test('E06 the root part, beside the payload part', async () => {
    const more = {
      name: 'data' as const,
      xml: encryptedDataXml(1, { uri: 'cid:root@attacker.test', mimeType: 'text/xml' }),
    };
    const message = target.forge({ security: (blocks) => [...blocks, more] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/encrypted-unknown-part' });
  });

  for (const uri of [
    'cid:evidence@attacker.test',
    'cid:evidence%40attacker.test',
    'CID:evidence@attacker.test',
  ]) {
    test(`E06 one part twice, the second time as ${uri}`, async () => {
      const more = { name: 'data' as const, xml: encryptedDataXml(1, { uri, mimeType: 'application/gzip' }) };
      const message = target.forge({ security: (blocks) => [...blocks, more] });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/encryption-target' });
    });
  }

  test('E06 a percent-encoded name of the right part is accepted', async () => {
    await target.accepts(target.forge({ encryptedData: named('cid:evidence%40attacker.test') }));
  });

  const shapes: Readonly<Record<string, (xml: string) => string>> = {
    'no transform': (xml) =>
      xml.replace(/<xenc:Transforms>.*<\/xenc:Transforms>/s, '<xenc:Transforms></xenc:Transforms>'),
    'an XSLT transform': (xml) =>
      xml.replace(`${SWA}Attachment-Ciphertext-Transform`, 'http://www.w3.org/TR/1999/REC-xslt-19991116'),
    'a CipherValue instead': (xml) =>
      xml.replace(
        /<xenc:CipherReference.*<\/xenc:CipherReference>/s,
        '<xenc:CipherValue>AAAA</xenc:CipherValue>',
      ),
    'two CipherReferences': (xml) =>
      xml.replace(/(<xenc:CipherReference.*<\/xenc:CipherReference>)/s, '$1$1'),
    'no Type': (xml) => xml.replace(/ Type="[^"]*"/, ''),
    'the Type of an element': (xml) => xml.replace(/ Type="[^"]*"/, ` Type="${NS.XENC}Element"`),
  };
  for (const [name, encryptedData] of Object.entries(shapes)) {
    test(`E06 ${name}`, async () => {
      await target.refuses(target.forge({ encryptedData }), {
        ebms: 'EBMS:0103',
        code: 'wss/encryption-target',
      });
    });
  }

  test('E06 one of two parts is not encrypted', async () => {
    const parts = [ordinaryPart(), ordinaryPart({ contentId: 'two@attacker.test' })];
    const message = target.forge(
      {
        encryptedKey: (xml) => xml.replace('<xenc:DataReference URI="#ED-1"></xenc:DataReference>', ''),
        encryptedData: (xml, _, index) => (index === 0 ? xml : ''),
      },
      { parts },
    );
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/no-encryption' });
  });

  test('E06 nothing is encrypted', async () => {
    const message = target.forge({}, { encrypted: false });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/no-encryption' });
  });
});

describe('E07 Attachment-Complete', () => {
  const headers = 'Content-Type: text/plain\r\nContent-ID: <other@attacker.test>\r\n\r\n';
  test('E07 is an option for peers of 2015 that no P-Mode has switched on', async () => {
    const message = target.forge({
      encryptedData: (xml) => xml.replace('#Attachment-Content-Only', '#Attachment-Complete'),
      encipher: (key, plain) => encipher(key, Buffer.concat([Buffer.from(headers), plain])),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/attachment-complete' });
  });
});

describe('E08 encryption of anything but the parts', () => {
  const encrypted = (type: string): string =>
    `<xenc:EncryptedData xmlns:xenc="${NS.XENC}" Id="ED-x" Type="${NS.XENC}${type}">${DATA_METHOD}` +
    '<xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>';

  test('E08 the content of the Body, signed like that', async () => {
    const message = target.forge({
      body: (xml) => xml.replace('</S12:Body>', `${encrypted('Content')}</S12:Body>`),
    });
    await target.refuses(message, { ebms: 'EBMS:0103' });
  });

  test('E08 the content of the Body, after signing', async () => {
    const message = target.forge({
      envelope: (xml) => xml.replace('</S12:Body>', `${encrypted('Content')}</S12:Body>`),
    });
    await target.refuses(message, { ebms: 'EBMS:0103' });
  });

  test('E08 eb:Messaging as a whole', async () => {
    const message = target.forge({ blocks: ([, ...others]) => [encrypted('Element'), ...others] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/encrypted-header' });
  });

  test('E08 eb:Messaging as an encrypted header block', async () => {
    const header = `<wsse11:EncryptedHeader xmlns:wsse11="${NS.WSSE11}" S12:mustUnderstand="true">${encrypted('Element')}</wsse11:EncryptedHeader>`;
    const message = target.forge({ blocks: ([, ...others]) => [header, ...others] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/encrypted-header' });
  });

  test('E08 the content of eb:Messaging', async () => {
    const message = target.forge({ unit: () => encrypted('Content') });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/encrypted-header' });
  });

  test('E08 something inside eb:UserMessage', async () => {
    const message = target.forge({
      unit: (xml) => xml.replace(/<eb:CollaborationInfo>.*<\/eb:CollaborationInfo>/s, encrypted('Element')),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/encrypted-header' });
  });

  test('E08 the Body itself stays where it is', () => {
    assert.ok(target.forge().envelope.endsWith(`${BODY}</S12:Envelope>`));
  });
});

describe('E09 the wrong order', () => {
  test('E09 encrypted, then signed: the digest is of the ciphertext', async () => {
    const message = target.forge({ digested: (_, cipher) => cipher });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/payload-digest' });
  });

  test('E09 signed, then compressed: the digest is of the document (TA35)', async () => {
    const message = target.forge({ digested: (_, __, part) => part.content });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/payload-digest' });
  });

  test('E09 encrypted, then compressed (TA37)', async () => {
    const message = target.forge({ encipher: (key, plain) => gzipSync(encipher(key, plain)) });
    await target.refuses(message, { ebms: 'EBMS:0102', check: 'part-decrypts' });
  });
});

describe('E12 a bad key and a bad part take one path', () => {
  const cases: Readonly<Record<string, Changes>> = {
    'the key opens, the part does not': { encipher: (_, plain) => encipher(Buffer.alloc(16, 3), plain) },
    'the key does not open': { wrap: (key) => wrapKey(target.a.certificate, key) },
    'the key opens to the wrong length': { wrap: (key) => wrapKey(target.b.certificate, key.subarray(0, 8)) },
  };

  test('E12 same answer, same step, same check, as many private operations, all bytes read', async () => {
    const seen = new Map<string, string>();
    for (const [name, changes] of Object.entries(cases)) {
      const message: Forged = target.forge(changes, {
        parts: [ordinaryPart({ content: randomBytes(200_000) })],
      });
      const operations = privateOperations;
      const { failure } = await target.refuses(message, { ebms: 'EBMS:0102' });
      const used = privateOperations - operations;
      const answer = answerText(await target.strike(message));
      const { step, code, finding } = failure;
      seen.set(
        name,
        JSON.stringify({ answer, step, code, check: finding?.check, field: finding?.field, used }),
      );
    }
    assert.equal(new Set(seen.values()).size, 1, JSON.stringify([...seen], undefined, 2));
  });
});
