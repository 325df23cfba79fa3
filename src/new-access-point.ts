import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { commentedConfig } from './config/index.ts';
import type { ConfigFile } from './config/index.ts';
import { refuseName } from './development-pki.ts';
import type { InitOptions, InitialisedAccessPoint } from './faces/cli/index.ts';
import { refuseExisting, writeNewFiles } from './new-files.ts';
import { createSelfSigned, generateKey, privateKeyPem, subjectForOots } from './protocol/pki/index.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Stands in the certificate itself, so that nobody who is given it takes it for one that somebody has vouched for. */
const UNIT = 'Self-signed for trying';

/** Bytes of chance in the token of the backend API. */
const TOKEN_BYTES = 32;

/**
 * Writes what a new access point needs to start. Throws `cli/file-unusable` before it would overwrite anything, `cli/usage`
 * for a party that cannot name files, `pki/subject-malformed`.
 */
export async function initialise(options: InitOptions): Promise<InitialisedAccessPoint> {
  const { folder, party, organisation, country } = options;
  refuseName(party);
  const name = party.toLowerCase();
  const files = {
    config: 'quoin.yaml',
    key: join('keys', `${name}.key.pem`),
    certificate: join('keys', `${name}.pem`),
    forPartners: join('certs', `${name}.pem`),
    token: join('keys', 'api-token'),
  };
  const at = (file: string): string => join(folder, file);
  refuseExisting(Object.values(files).map(at));
  const subject = subjectForOots({ name: party, country, organisation, unit: UNIT });
  const key = await generateKey();
  const { pem } = await createSelfSigned({
    subject,
    key,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
  });
  const text = commentedConfig({
    heading: heading(party),
    active: settings(party, files),
    remarks: REMARKS,
  });
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  // The configuration comes last: with it, everything it names is there.
  await writeNewFiles(
    [
      { path: at(files.key), text: privateKeyPem(key), isPrivate: true },
      { path: at(files.certificate), text: pem },
      { path: at(files.forPartners), text: pem },
      { path: at(files.token), text: `${token}\n`, isPrivate: true },
      { path: at(files.config), text },
    ],
    [at('pmodes')],
  );
  const written = Object.entries(files).map(([what, file]) => [what, at(file)] as const);
  return {
    party,
    pmodes: at('pmodes'),
    ...(Object.fromEntries(written) as Readonly<Record<keyof typeof files, string>>),
  };
}

function settings(
  party: string,
  files: Readonly<Record<'key' | 'certificate' | 'token', string>>,
): ConfigFile {
  return {
    accessPoint: { party },
    listeners: {
      as4: { host: '127.0.0.1', port: 8443 },
      api: { host: '127.0.0.1', port: 8080, tokenFile: files.token },
      operations: { host: '127.0.0.1', port: 9090 },
    },
    data: 'data',
    pmodes: 'pmodes',
    certificates: 'certs',
    keys: [{ path: files.key, certificate: files.certificate }],
  };
}

function heading(party: string): string {
  return [
    `Configuration of the access point ${party}.`,
    '',
    'Lines like "#port: 8443" are settings at their default: take the mark away to change one, and the mark of the section it stands in. Relative paths begin at the folder of this file.',
    'Each setting can be a variable instead: listeners.api.port is QUOIN_LISTENERS_API_PORT.',
    'After a change, quoin doctor says what is wrong. P-Modes, keys and certificates are read again while it runs.',
  ].join('\n');
}

/** What the schema cannot say: why a line of this file is as it is. */
const REMARKS: Readonly<Record<string, string>> = {
  'listeners.as4.host':
    'This machine only, for a proxy here that ends TLS; 0.0.0.0 with tls below lets partners in directly.',
  keys: 'The one below has a certificate of its own making, FOR TRYING ONLY: for production, quoin certs request makes a key and a signing request; name its files here then, and give the new certificate to your partners.',
};
