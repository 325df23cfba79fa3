import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NS } from '../../src/protocol/xml/index.ts';
import type { EntryFiles } from '../support/pki.ts';
import { scratchFolder } from '../support/scratch.ts';

/**
 * The xmlsec1 program as another implementation of XML Signature. A process costs more than a signature, so many
 * documents go through one process; it stops at the first that does not verify and is started again behind it.
 */
export interface Xmlsec {
  /** One answer a document, in order: true when its signature and all its digests hold. */
  verify(documents: readonly Buffer[]): Promise<readonly boolean[]>;
  /** Fills in the digests and the value of each template. */
  sign(templates: readonly Buffer[]): Promise<readonly Buffer[]>;
}

/** The version that is installed, or undefined. */
export function xmlsecVersion(): string | undefined {
  const { status, stdout } = spawnSync('xmlsec1', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** How it finds what the references name; the token of the message means nothing to it, so the key is given. */
const COMMON = [
  '--enabled-key-data',
  'key-name',
  '--enabled-reference-uris',
  'same-doc',
  '--id-attr:Id',
  `${NS.EB}:Messaging`,
  '--id-attr:Id',
  `${NS.S12}:Body`,
];

/** Most documents one process is given. */
const AT_ONCE = 500;

/** xmlsec1 with the key and the certificate of these files. */
export function openXmlsec(key: EntryFiles): Xmlsec {
  return {
    verify: (documents) =>
      inFolder(documents, async (files) => {
        const verdicts: boolean[] = [];
        while (verdicts.length < files.length) {
          const batch = files.slice(verdicts.length, verdicts.length + AT_ONCE);
          const { ok, text } = await run([
            '--verify',
            ...COMMON,
            '--pubkey-cert-pem',
            key.certificate,
            ...batch,
          ]);
          const held = text.match(/^OK$/gm)?.length ?? 0;
          verdicts.push(...batch.slice(0, held).map(() => true));
          if (ok !== (held === batch.length))
            throw new Error(`xmlsec1 said something strange: ${text.slice(-500)}`);
          if (!ok) verdicts.push(false);
        }
        return verdicts;
      }),
    sign: (templates) =>
      inFolder(templates, async (files) => {
        const signed: Buffer[] = [];
        for (let at = 0; at < files.length; at += AT_ONCE) {
          const batch = files.slice(at, at + AT_ONCE);
          const { ok, out, text } = await run(['--sign', ...COMMON, '--privkey-pem', key.key, ...batch]);
          const documents = out.split(/(?=^<\?xml version=)/m);
          if (!ok || documents.length !== batch.length)
            throw new Error(`xmlsec1 signed ${documents.length} of ${batch.length}: ${text.slice(-500)}`);
          signed.push(...documents.map((document) => Buffer.from(document)));
        }
        return signed;
      }),
  };
}

async function inFolder<T>(documents: readonly Buffer[], work: (files: string[]) => Promise<T>): Promise<T> {
  const folder = join(scratchFolder(), 'xmlsec');
  mkdirSync(folder);
  const files = documents.map((document, index) => {
    const file = join(folder, `${index}.xml`);
    writeFileSync(file, document);
    return file;
  });
  try {
    return await work(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: readonly string[]): Promise<{ ok: boolean; out: string; text: string }> {
  return new Promise((resolve) => {
    execFile('xmlsec1', args, { maxBuffer: 1 << 29 }, (error, out, text) =>
      resolve({ ok: error === null, out, text }),
    );
  });
}
