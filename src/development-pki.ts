import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { join } from 'node:path';
import { refuseExisting, writeNewFiles } from './new-files.ts';
import type { NewFile } from './new-files.ts';
import type { AnswerSigner } from './oots/index.ts';
import { QuoinError } from './protocol/errors/index.ts';
import {
  createCa,
  createCsr,
  generateKey,
  issueCertificate,
  privateKeyPem,
  subjectForOots,
} from './protocol/pki/index.ts';
import type { Certificate, IssueRequest } from './protocol/pki/index.ts';
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

/** What was made: the certificate of the authority, and the files of each party. */
export interface MadePki {
  readonly authority: string;
  readonly parties: ReadonlyMap<string, PartyFiles>;
}

/**
 * Makes an authority and a key and certificate for each party, as PEM files named for them: `ap_xa_01.key.pem` and
 * `ap_xa_01.pem` for AP_XA_01. The key of the authority is thrown away. Throws `cli/usage` for names that cannot be,
 * `cli/file-unusable` before it would overwrite anything.
 */
export async function makeDevelopmentPki(request: DevelopmentPki): Promise<MadePki> {
  const { folder, parties, bits } = request;
  const named = new Map(parties.map((party) => [party, filesOf(folder, party)]));
  refuseTwins(parties);
  const authority = join(folder, 'ca.pem');
  refuseExisting([authority, ...[...named.values()].flatMap(({ key, certificate }) => [key, certificate])]);
  const unit = request.demonstration ? DEMO_UNIT : 'Development';
  const validity = {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + request.days * DAY),
  };
  const subject = `CN=Quoin development authority,OU=${unit}`;
  const [ca, ...keys] = await Promise.all([
    createCa({ alias: 'ca', subject, bits, ...validity }),
    ...parties.map(() => generateKey({ bits })),
  ]);
  const files: NewFile[] = [{ path: authority, text: ca.certificate.pem }];
  for (const [index, party] of parties.entries()) {
    const key = keys[index]!;
    const { pem } = await issueCertificate({
      issuer: ca,
      subject: `CN=${party},OU=${unit},O=Quoin`,
      publicKey: createPublicKey(key),
      ...validity,
    });
    const paths = named.get(party)!;
    files.push({ path: paths.key, text: privateKeyPem(key), isPrivate: true });
    files.push({ path: paths.certificate, text: pem });
  }
  await writeNewFiles(files);
  return { authority, parties: named };
}

/**
 * Makes a key and a signing request with the subject form of the OOTS registration; resolves to the files written. Throws
 * `pki/subject-malformed`, `pki/key-size`, and as above.
 */
export async function makeSigningRequest(request: {
  readonly folder: string;
  readonly name: string;
  readonly country: string;
  readonly organisation: string;
  readonly unit: string;
  readonly bits: number;
}): Promise<readonly string[]> {
  refuseName(request.name);
  const subject = subjectForOots(request);
  const path = join(request.folder, request.name);
  const files = [`${path}.key.pem`, `${path}.csr.pem`] as const;
  refuseExisting(files);
  const key = await generateKey({ bits: request.bits });
  await writeNewFiles([
    { path: files[0], text: privateKeyPem(key), isPrivate: true },
    { path: files[1], text: await createCsr({ subject, key }) },
  ]);
  return files;
}

function filesOf(folder: string, party: string): PartyFiles {
  refuseName(party);
  const path = join(folder, party.toLowerCase());
  return { key: `${path}.key.pem`, certificate: `${path}.pem` };
}

/**
 * Names become file names and parts of distinguished names: nothing in them may mean something there. Throws `cli/usage`.
 */
export function refuseName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && name.toLowerCase() !== 'ca') return;
  throw new QuoinError('cli/usage', `"${name}" cannot name a key.`, {
    finding: {
      check: 'key-name',
      expected:
        'letters, digits, ".", "_" and "-", at most 64, beginning with a letter or digit, and not "ca"',
      found: name,
    },
  });
}

function refuseTwins(parties: readonly string[]): void {
  const names = parties.map((party) => party.toLowerCase());
  const twin = parties.find((_, index) => names.indexOf(names[index]!) !== index);
  if (twin !== undefined)
    throw new QuoinError(
      'cli/usage',
      `The party ${twin} is named twice; capital letters make no difference.`,
    );
}

/** Who signs the answers of a simulated directory, with an authority of its own. */
export interface DirectoryIdentity {
  readonly anchor: Certificate;
  readonly signer: AnswerSigner;
  /** What the subject of the signer carries, as `commonServices.signer` has it. */
  readonly subject: string;
}

/** Makes a key and a certificate for a simulated directory, good for a month; the key of the authority is thrown away. */
export async function makeDirectoryIdentity(): Promise<DirectoryIdentity> {
  const { publicKey, privateKey } = ellipticKey();
  const subject = `CN=Simulated directory,OU=${DEMO_UNIT}`;
  const { anchor, certificate } = await underAuthority('Quoin simulated directories', {
    subject,
    publicKey,
    uses: ['sign'],
  });
  return { anchor, signer: { key: privateKey, certificate }, subject };
}

/** What a web server of the demonstration shows, PEM. */
export interface WebIdentity {
  readonly key: string;
  readonly certificate: string;
  /** Of the authority that issued it. */
  readonly authority: string;
}

/** Makes a key and a certificate for web servers under these names, as above. */
export async function makeWebIdentity(hosts: readonly string[]): Promise<WebIdentity> {
  const { publicKey, privateKey } = ellipticKey();
  const { anchor, certificate } = await underAuthority('Quoin demonstration web pages', {
    subject: `CN=${hosts[0] ?? 'localhost'},OU=${DEMO_UNIT}`,
    publicKey,
    uses: ['sign'],
    hosts,
  });
  return { key: privateKeyPem(privateKey), certificate: certificate.pem, authority: anchor.pem };
}

function ellipticKey(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** A certificate by an authority of its own, both good for a month. */
async function underAuthority(
  name: string,
  request: Omit<IssueRequest, 'issuer' | 'notBefore' | 'notAfter'>,
): Promise<{ readonly anchor: Certificate; readonly certificate: Certificate }> {
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 30 * DAY) };
  const subject = `CN=${name},OU=${DEMO_UNIT}`;
  const issuer = await createCa({ alias: 'ca', subject, bits: 2048, ...validity });
  return {
    anchor: issuer.certificate,
    certificate: await issueCertificate({ issuer, ...request, ...validity }),
  };
}
