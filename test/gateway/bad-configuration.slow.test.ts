import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeBadStarts, givenTo } from '../support/bad-start.ts';
import type { BadStart } from '../support/bad-start.ts';

const FILES: readonly BadStart[] = [
  {
    what: 'a configuration file that is not there',
    spoil: ({ config }) => {
      rmSync(config);
      return { says: [config, 'cannot be read (ENOENT)', 'Correct the path given by --config'] };
    },
  },
  {
    what: 'a folder in place of the configuration file',
    spoil: ({ folder }) => ({
      args: ['--config', folder],
      says: [folder, 'cannot be read (EISDIR)', 'name the file in it'],
    }),
  },
  {
    what: 'a configuration file that this user may not read',
    skip: process.platform === 'win32' && 'no modes of files',
    spoil: ({ config, folder }) => {
      chmodSync(config, 0);
      return {
        user: givenTo(folder),
        says: [config, 'cannot be read (EACCES)', 'Give the user that runs Quoin'],
      };
    },
  },
  {
    what: 'a key in a folder that this user may not enter',
    spoil: (place) => {
      const user = givenTo(place.folder);
      const closed = join(place.folder, 'closed');
      const line = place.edit(join(place.certs, 'ap_xa_01.key.pem'), join(closed, 'ap_xa_01.key.pem'));
      mkdirSync(closed, { mode: 0 });
      return { user, says: [`${place.config}:${line}:`, closed, 'may not enter', 'Correct the path'] };
    },
  },
  {
    what: 'no configuration at all, told by the program that is installed',
    spoil: ({ config }) => {
      rmSync(config);
      return {
        args: [],
        installed: true,
        says: ['there is no quoin.yaml in this folder', 'quoin init AP_XA_01'],
      };
    },
  },
  {
    what: 'bad YAML',
    spoil: (place) => {
      const line = place.edit('data: data', 'data: [data');
      return { says: [new RegExp(`${place.config}:(${line}|${line + 1}):\\d+`), 'yaml'] };
    },
  },
  {
    what: 'a key nobody knows',
    spoil: (place) => {
      const line = place.edit('certificates:', 'certificats:');
      return { says: [`${place.config}:${line}:1`, 'Did you mean "certificates"?'] };
    },
  },
  {
    what: 'a variable nobody knows',
    spoil: () => ({
      env: { QUOIN_LISTENERS_AS4_PROT: '1' },
      says: ['environment QUOIN_LISTENERS_AS4_PROT', 'Did you mean "QUOIN_LISTENERS_AS4_PORT"?'],
    }),
  },
  {
    what: 'a value of the wrong kind',
    spoil: (place) => {
      const line = place.edit('as4: { host: 127.0.0.1, port: 0 }', 'as4: { host: 127.0.0.1, port: many }');
      return { says: [`${place.config}:${line}:`, 'listeners.as4.port', 'many'] };
    },
  },
  {
    what: 'a value of the wrong kind in the environment',
    spoil: () => ({
      env: { QUOIN_TIMEOUTS_DRAIN: 'soon' },
      says: ['environment QUOIN_TIMEOUTS_DRAIN', 'timeouts.drain'],
    }),
  },
  {
    what: 'two things at once: both are told',
    spoil: (place) => {
      const first = place.edit('port: 0 }', 'port: many }');
      const second = place.edit('certificates:', 'certificats:');
      return { says: [`${place.config}:${first}:`, `${place.config}:${second}:`] };
    },
  },
];

const KEYS: readonly BadStart[] = [
  {
    what: 'a key that does not belong to its certificate',
    spoil: (place) => {
      const line = place.edit('ap_xa_01.pem }', 'ap_xb_01.pem }');
      return { says: [`${place.config}:${line}`, join(place.certs, 'ap_xa_01.key.pem'), 'certificate'] };
    },
  },
  {
    what: 'a wrong password of a key',
    spoil: (place) => {
      const key = join(place.folder, 'locked.pem');
      writeFileSync(key, locked(readFileSync(join(place.certs, 'ap_xa_01.key.pem'), 'utf8')));
      writeFileSync(join(place.folder, 'password'), 'wrong\n');
      const line = place.edit(
        `path: ${join(place.certs, 'ap_xa_01.key.pem')}`,
        `path: ${key}, passwordFile: password`,
      );
      return { says: [`${place.config}:${line}`, key, 'password'] };
    },
  },
  {
    what: 'a P-Mode that makes no sense',
    spoil: ({ pmode }) => {
      const text = readFileSync(pmode, 'utf8');
      writeFileSync(pmode, text.replace('initiator: AP_XA_01', 'initiator: AP_XX_01'));
      return { says: [new RegExp(`${pmode}:\\d+:\\d+`), 'AP_XX_01'] };
    },
  },
  {
    what: 'a P-Mode whose certificate is not there',
    spoil: ({ pmode, certs }) => {
      const text = readFileSync(pmode, 'utf8');
      writeFileSync(pmode, text.replaceAll('ap_xb_01.pem', 'ap_xc_01.pem'));
      return { says: [join(certs, 'ap_xc_01.pem'), 'there is no such file', 'Put the file there'] };
    },
  },
  {
    what: 'TLS of the door for partners whose key does not belong to its certificate',
    spoil: (place) => {
      const [key, certificate] = ['ap_xa_01.key.pem', 'ap_xb_01.pem'].map((name) => join(place.certs, name));
      const line = place.edit(
        'as4: { host: 127.0.0.1, port: 0 }',
        `as4: { host: 127.0.0.1, port: 0, tls: { key: ${key}, certificate: ${certificate} } }`,
      );
      return { says: ['listeners.as4.tls', `${place.config}:${line}`, 'belong together'] };
    },
  },
];

function locked(pem: string): string {
  const key = createPrivateKey(pem);
  return String(key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }));
}

describeBadStarts('files that serve cannot use', [...FILES, ...KEYS]);
