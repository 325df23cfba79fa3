import { createPublicKey } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createCa,
  createCsr,
  generateKey,
  issueCertificate,
  privateKeyPem,
  subjectForOots,
} from './protocol/pki/index.ts';
import { DEMO_UNIT } from './world/keys/index.ts';

const DAY = 24 * 60 * 60 * 1000;

/** The files of one party; absolute or relative as the folder was given. */
export interface PartyFiles {
  readonly key: string;
  readonly certificate: string;
}

/** What kind of material to make: development keys are for tests between people, demonstration keys for one machine. */
export interface DevelopmentPki {
  readonly folder: string;
  readonly parties: readonly string[];
  /** Marks the certificates so that an access point refuses them outside the demonstration. */
  readonly demonstration: boolean;
  readonly bits: number;
  readonly days: number;
}

/** Makes an authority and a key and certificate for each party, as PEM files. */
export async function makeDevelopmentPki(request: DevelopmentPki): Promise<ReadonlyMap<string, PartyFiles>> {
  await mkdir(request.folder, { recursive: true });
  const notBefore = new Date(Date.now() - DAY);
  const notAfter = new Date(Date.now() + request.days * DAY);
  const unit = request.demonstration ? DEMO_UNIT : 'Development';
  const validity = { notBefore, notAfter };
  const [ca, ...keys] = await Promise.all([
    createCa({
      alias: 'ca',
      subject: `CN=Quoin development authority,OU=${unit}`,
      bits: request.bits,
      ...validity,
    }),
    ...request.parties.map(() => generateKey({ bits: request.bits })),
  ]);
  await writeFile(join(request.folder, 'ca.pem'), ca.certificate.pem);
  const made = await Promise.all(
    request.parties.map(async (party, index) => {
      const key = keys[index]!;
      const subject = `CN=${party},OU=${unit},O=Quoin`;
      const { pem } = await issueCertificate({
        issuer: ca,
        subject,
        publicKey: createPublicKey(key),
        ...validity,
      });
      return [party, await writePair(request.folder, party, privateKeyPem(key), pem)] as const;
    }),
  );
  return new Map(made);
}

/** Makes a key and a signing request with the subject form of the OOTS registration; resolves to the files written. */
export async function makeSigningRequest(request: {
  readonly folder: string;
  readonly name: string;
  readonly country: string;
  readonly organisation: string;
  readonly unit: string;
  readonly bits: number;
}): Promise<readonly string[]> {
  await mkdir(request.folder, { recursive: true });
  const key = await generateKey({ bits: request.bits });
  const subject = subjectForOots(request);
  const files = [
    join(request.folder, `${request.name}.key.pem`),
    join(request.folder, `${request.name}.csr.pem`),
  ];
  await writeFile(files[0]!, privateKeyPem(key), { mode: 0o600, flag: 'wx' });
  await writeFile(files[1]!, await createCsr({ subject, key }));
  return files;
}

async function writePair(
  folder: string,
  party: string,
  key: string,
  certificate: string,
): Promise<PartyFiles> {
  const files = { key: join(folder, `${party}.key.pem`), certificate: join(folder, `${party}.pem`) };
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.certificate, certificate);
  return files;
}
