import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { Changes, ForgedPart } from '../support/attacker.ts';
import { collaborationXml, openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';
import type { TestWorld } from '../support/test-gateway.ts';

/** G01 and G02: compressed parts that are not what they say. All are properly signed and encrypted. */

const MIB = 1024 * 1024;
let target: Target;
/** Bytes written to the payload store since the last look. */
let written = 0;

/** The payload store, with what is written to it counted. */
function counting(world: TestWorld): TestWorld {
  return {
    ...world,
    payloads: {
      ...world.payloads,
      create: async () => {
        const writer = await world.payloads.create();
        return {
          write: (chunk) => {
            written += chunk.byteLength;
            return writer.write(chunk);
          },
          commit: () => writer.commit(),
          abort: () => writer.abort(),
        };
      },
    },
  };
}

before(async () => {
  target = await openTarget({ around: counting });
});
after(() => target.gateway.stop());

/** A part whose bytes are put in place of the gzip it should have. */
const instead = (bytes: Buffer | (() => Buffer)): Changes => ({
  plain: () => (typeof bytes === 'function' ? bytes() : bytes),
});
const document = Buffer.from('<evidence>of something</evidence>');
const honest = gzipSync(document);
const COMPRESSION_TYPE = '<eb:Property name="CompressionType">application/gzip</eb:Property>';
const MIME_TYPE = '<eb:Property name="MimeType">application/xml</eb:Property>';

describe('G01 bombs', () => {
  test('G01 a hundred megabytes of nothing, 1:1000, stop at ten', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MIB));
    assert.ok(bomb.length < 110_000);
    const peak = process.resourceUsage().maxRSS;
    written = 0;
    await target.refuses(target.forge(instead(bomb)), { ebms: 'EBMS:0303', code: 'as4/gzip-ratio' });
    assert.ok(written < 13 * MIB, `${written} bytes were written`);
    assert.ok(process.resourceUsage().maxRSS - peak < 100 * 1024, 'memory stays bounded');
  });

  test('G01 a bomb inside gzip is opened once and no further', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MIB));
    const kept = await target.accepts(target.forge(instead(() => gzipSync(bomb))));
    assert.deepEqual(await target.gateway.content(kept.parts[0]!), bomb);
  });

  test('G01 a million members of nothing', async () => {
    const member = gzipSync(Buffer.alloc(0));
    const bomb = Buffer.alloc(member.length * 1_000_000, member);
    await target.refuses(target.forge(instead(bomb)), { ebms: 'EBMS:0303', code: 'as4/gzip-members' });
  });

  test('G01 bombs in a row: the ratio counts over all members', async () => {
    const member = gzipSync(Buffer.alloc(MIB));
    const bomb = Buffer.concat(Array.from({ length: 60 }, () => member));
    await target.refuses(target.forge(instead(bomb)), { ebms: 'EBMS:0303', code: 'as4/gzip-ratio' });
  });

  test('G01 larger than the P-Mode allows, though it compresses like a document', async () => {
    const large = gzipSync(randomBytes(120_000));
    const message = target.forge(instead(large), { collaboration: collaborationXml('Small') });
    await target.refuses(message, { ebms: 'EBMS:0303', code: 'as4/gzip-size' });
  });

  test('G01 parts that are small enough one by one, but not together', async () => {
    const parts = ['one', 'two'].map((contentId) =>
      ordinaryPart({ contentId, content: randomBytes(90_000) }),
    );
    const message = target.forge({}, { parts, collaboration: collaborationXml('Small') });
    await target.refuses(message, { ebms: 'EBMS:0010', code: 'receive/too-large' });
  });

  test('G01 larger than the P-Mode allows, not compressed', async () => {
    const part = ordinaryPart({
      content: randomBytes(120_000),
      compress: false,
      mimeType: 'application/octet-stream',
    });
    const message = target.forge({}, { parts: [part], collaboration: collaborationXml('Small') });
    await target.refuses(message, { ebms: 'EBMS:0010', code: 'receive/too-large' });
  });

  test('G01 more parts than the P-Mode allows', async () => {
    const parts = ['one', 'two', 'three'].map((contentId) => ordinaryPart({ contentId }));
    const message = target.forge({}, { parts, collaboration: collaborationXml('Small') });
    await target.refuses(message, { ebms: 'EBMS:0010' });
  });
});

describe('G01 damage', () => {
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(honest);
    const index = at < 0 ? copy.length + at : at;
    assert.notEqual(copy[index], value);
    copy[index] = value;
    return copy;
  };
  const damaged: Readonly<Record<string, Buffer>> = {
    'bytes behind the end': Buffer.concat([honest, Buffer.from('more')]),
    'a zero behind the end': Buffer.concat([honest, Buffer.alloc(1)]),
    'a second member that is none': Buffer.concat([honest, Buffer.from('1f8b', 'hex')]),
    'a second member cut short': Buffer.concat([honest, honest.subarray(0, -3)]),
    'a wrong checksum': changed(-5, honest.at(-5)! ^ 1),
    'a wrong length': changed(-1, 7),
    'another method': changed(2, 7),
    'reserved flags': changed(3, 0xe0),
    'a name that does not end': changed(3, 8),
    'an extra field that does not end': changed(3, 4),
    'no bytes': Buffer.alloc(0),
    'one byte': honest.subarray(0, 1),
    'a header only': honest.subarray(0, 10),
    'a name of a megabyte': Buffer.concat([
      Buffer.from('1f8b0808000000000003', 'hex'),
      Buffer.alloc(MIB, 'n'),
      Buffer.alloc(1),
      honest.subarray(10),
    ]),
    'raw deflate': deflateRawSync(document),
    zlib: deflateSync(document),
    brotli: brotliCompressSync(document),
    'a ZIP archive': Buffer.concat([Buffer.from('504b0304', 'hex'), honest]),
    'the document itself': document,
    'random bytes': randomBytes(1000),
    zeros: Buffer.alloc(1000),
  };
  for (const [name, bytes] of Object.entries(damaged)) {
    test(`G01 ${name}`, async () => {
      await target.refuses(target.forge(instead(bytes)), { ebms: 'EBMS:0303' });
    });
  }

  test('G01 cut anywhere', async () => {
    for (let end = 0; end < honest.length; end += 3)
      await target.refuses(target.forge(instead(honest.subarray(0, end))), { ebms: 'EBMS:0303' });
  });

  test('G01 the error is that of AS4 3.1 (TA30), and says nothing of our insides', async () => {
    const message = target.forge(instead(document));
    const { error, description, body } = await target.strike(message);
    assert.deepEqual(error, {
      errorCode: 'EBMS:0303',
      shortDescription: 'DecompressionFailure',
      severity: 'failure',
      category: 'Communication',
      origin: 'ebMS',
      refToMessageInError: message.messageId,
    });
    assert.equal(description, 'the part is labelled application/gzip but is not gzip');
    assert.ok(!body.includes(target.gateway.folder));
  });

  test('G01 damage under a wrong digest is told as a wrong digest only', async () => {
    const message = target.forge({ ...instead(document), digested: () => Buffer.from('other') });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/payload-digest' });
  });

  test('G01 several sound members are one document', async () => {
    const kept = await target.accepts(target.forge(instead(Buffer.concat([honest, honest]))));
    assert.equal((await target.gateway.content(kept.parts[0]!)).toString(), document.toString().repeat(2));
  });
});

describe('G01 and G02 labels', () => {
  const part = (properties: string): ForgedPart => ordinaryPart({ content: document, properties });

  // The table of cases says 0303. The value itself is what is wrong here, and no gunzip is tried: "EBMS:0003
  // ValueInconsistent: value conflicts with other content or is ill-formed for its use", as phase4 answers.
  for (const type of ['application/x-gzip', 'application/zip', 'gzip', 'APPLICATION/GZIP']) {
    test(`G01 CompressionType ${type}`, async () => {
      const properties = MIME_TYPE + COMPRESSION_TYPE.replace('application/gzip', type);
      await target.refuses(target.forge({}, { parts: [part(properties)] }), {
        ebms: 'EBMS:0003',
        code: 'as4/compression-type',
      });
    });
  }

  test('G01 two different CompressionTypes', async () => {
    const properties = `${MIME_TYPE}${COMPRESSION_TYPE}${COMPRESSION_TYPE.replace('gzip', 'zip')}`;
    await target.refuses(target.forge({}, { parts: [part(properties)] }), { ebms: 'EBMS:0003' });
  });

  test('G01 CompressionType without MimeType (TA26)', async () => {
    await target.refuses(target.forge({}, { parts: [part(COMPRESSION_TYPE)] }), {
      ebms: 'EBMS:0003',
      code: 'as4/mime-type-when-compressed',
    });
  });

  test('G01 a CharacterSet that is none (TA29)', async () => {
    const properties = `${MIME_TYPE}${COMPRESSION_TYPE}<eb:Property name="CharacterSet">!utf*</eb:Property>`;
    await target.refuses(target.forge({}, { parts: [part(properties)] }), {
      ebms: 'EBMS:0003',
      code: 'as4/character-set',
    });
  });

  test('G02 plain XML labelled as compressed', async () => {
    await target.refuses(target.forge(instead(document)), { ebms: 'EBMS:0303', code: 'as4/gzip-header' });
  });

  test('G02 gzip without label is delivered as it is', async () => {
    const unlabelled = ordinaryPart({ content: honest, compress: false, mimeType: 'application/gzip' });
    const kept = await target.accepts(target.forge({}, { parts: [unlabelled] }));
    assert.deepEqual(await target.gateway.content(kept.parts[0]!), honest);
  });

  test('G02 gzip without any property is delivered as it is', async () => {
    const unlabelled = ordinaryPart({
      content: honest,
      compress: false,
      properties: '',
      plainType: 'application/gzip',
    });
    const kept = await target.accepts(target.forge({}, { parts: [unlabelled] }));
    assert.deepEqual(await target.gateway.content(kept.parts[0]!), honest);
  });
});
