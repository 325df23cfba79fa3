import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { signEnvelope } from '../../../src/protocol/wss/index.ts';
import { NS } from '../../../src/protocol/xml/index.ts';
import { PEERS, RECEIPT_PEERS, writeAsPeer } from '../../support/peers.ts';
import { awkwardContent, awkwardShape } from './awkward.ts';
import { alice, bob, everyone } from './keys.ts';
import { messagingText, receive, SUITE } from './mini-msh.ts';

/** Signatures compared with two implementations that share no code with ours: xmlsec1 and the XML Signature of the JDK. */

const COUNT = 700;
const seed = Date.now() % 2 ** 31;

const folder = mkdtempSync(join(tmpdir(), 'quoin-wss-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const certificate = join(folder, 'alice.pem');
writeFileSync(certificate, alice.certificate.pem);

const runs = (command: string, args: readonly string[]) =>
  spawnSync(command, args, { encoding: 'utf8' }).status === 0;
const noXmlsec = runs('xmlsec1', ['--version']) ? false : 'xmlsec1 is not installed';
const noJava = runs('javac', ['--version']) ? false : 'there is no JDK on the path';

const ids = ['--id-attr:Id', `${NS.S12}:Body`, '--id-attr:Id', `${NS.EB}:Messaging`];
const parties = { signer: alice, recipient: bob.certificate, parts: [] };

/** Files of envelopes: ours with awkward content, those of peers, and those of peers that do not exist. */
function writeEnvelopes(): readonly string[] {
  const contents = fc.sample(awkwardContent, { numRuns: COUNT, seed });
  const shapes = fc.sample(awkwardShape, { numRuns: COUNT, seed });
  const ours = contents.map(
    (content) =>
      signEnvelope({
        messaging: messagingText([], `<eb:UserMessage>${content}</eb:UserMessage>`),
        messagingId: '_m-1',
        attachments: [],
        key: alice,
        keyReference: 'IssuerSerial',
        suite: SUITE,
      }).bytes,
  );
  const peers = [...PEERS, ...RECEIPT_PEERS].map((shape) => writeAsPeer(shape, parties).envelope);
  const strangers = shapes.map(
    (shape, i) => writeAsPeer(shape, { ...parties, messageText: contents[i]! }).envelope,
  );
  return [...ours, ...peers, ...strangers].map((bytes, i) => {
    const file = join(folder, `${i}.xml`);
    writeFileSync(file, bytes);
    return file;
  });
}

describe(`${2 * COUNT} awkward envelopes and those of all peers, seed ${seed}`, () => {
  const files = writeEnvelopes();

  test('verify here', async () => {
    const receiving = { keys: [bob], known: everyone, acceptUnsignedBody: true };
    for (const file of files) await receive({ envelope: readFileSync(file), parts: new Map() }, receiving);
  });

  test('verify with xmlsec1', { skip: noXmlsec }, () => {
    const output = spawnSync('xmlsec1', ['--verify', ...ids, '--pubkey-cert-pem', certificate, ...files], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(output.status, 0, output.stderr.slice(0, 2000));
    assert.equal(output.stderr.match(/^OK$/gm)?.length, files.length);
  });

  test('verify with the JDK', { skip: noJava }, () => {
    const program = fileURLToPath(new URL('VerifyEnvelopes.java', import.meta.url));
    const output = execFileSync('java', [program, certificate, folder], { encoding: 'utf8' });
    assert.equal(output.trim(), `verified ${files.length}`);
  });

  test('a changed one is refused by xmlsec1 too: the comparison can fail', { skip: noXmlsec }, () => {
    const file = join(folder, 'changed.txt');
    writeFileSync(file, readFileSync(files[0]!, 'utf8').replace('</eb:UserMessage>', '.</eb:UserMessage>'));
    assert.equal(runs('xmlsec1', ['--verify', ...ids, '--pubkey-cert-pem', certificate, file]), false);
  });
});

describe('signatures that xmlsec1 makes', { skip: noXmlsec }, () => {
  const key = join(folder, 'alice.key');
  const shapes = [
    ...PEERS.filter(({ signsBody }) => signsBody),
    ...RECEIPT_PEERS,
    ...fc.sample(awkwardShape, { numRuns: 40, seed }),
  ];
  const contents = fc.sample(awkwardContent, { numRuns: shapes.length, seed });
  writeFileSync(key, alice.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });

  for (const [i, shape] of shapes.entries()) {
    test(`${shape.name} ${i}, seed ${seed}`, async () => {
      const { envelope } = writeAsPeer(shape, { ...parties, messageText: contents[i]! });
      const template = join(folder, 'template.txt');
      const emptied = envelope
        .toString()
        .replace(/(<(?:\w+:)?(?:DigestValue|SignatureValue)(?: [^>]*)?>)[^<]*/g, '$1');
      writeFileSync(template, emptied);
      const signed = execFileSync('xmlsec1', ['--sign', ...ids, '--privkey-pem', key, template], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const { signer } = await receive(
        { envelope: signed, parts: new Map() },
        { keys: [bob], known: everyone },
      );
      assert.equal(signer.thumbprintSha256, alice.certificate.thumbprintSha256);
    });
  }
});
