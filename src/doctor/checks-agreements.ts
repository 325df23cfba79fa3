import { loadApiKeys, shortWindows } from '../config/index.ts';
import { formatProblem, weakModes } from '../protocol/pmode/index.ts';
import type { PModeProblem } from '../protocol/pmode/index.ts';
import { unreadable } from '../world/keys/index.ts';
import type { Patient } from './patient.ts';
import type { Check, Note } from './types.ts';
import { byNotes, count, daysUntil } from './verdicts.ts';

const NO_PMODES =
  'Without P-Modes nobody can be talked to: write one for each agreement, beginning from pmodes/examples, into';

/** Configuration, P-Modes, keys: what the files say. */
export const AGREEMENT_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'configuration',
    asks: 'whether every setting can be used, and what of it is worth a second look',
    run: ({ config, settings }) =>
      byNotes(
        config === undefined ? 'cannot be used' : (config.source ?? 'from the environment alone'),
        settings,
      ),
  },
  {
    name: 'pmodes',
    asks: 'whether every P-Mode can be loaded, what of it is weaker than it could be',
    needs: ['configuration'],
    run: ({ config, pmodes, pmodeProblems }) => {
      const problems = pmodeProblems.map(problemNote);
      const weak = [...shortWindows(config!, pmodes), ...pmodes.flatMap(weakModes)].map((text) => ({
        severity: 'warning' as const,
        text,
      }));
      // It starts without any, and takes them while it runs.
      const none: readonly Note[] =
        pmodes.length > 0 || problems.length > 0
          ? []
          : [{ severity: 'warning', text: `${NO_PMODES} ${config!.folders.pmodes}.` }];
      const legs = pmodes.reduce((sum, pmode) => sum + pmode.legs.length, 0);
      return byNotes(`${count(pmodes.length, 'P-Mode')} with ${count(legs, 'leg')}`, [
        ...none,
        ...problems,
        ...weak,
      ]);
    },
  },
  {
    name: 'keys',
    asks: 'whether every key and certificate can be loaded, fits its use and is not about to expire',
    needs: ['configuration'],
    run: ({ keys }) => {
      const { inventory = [], problems = [], warnings = [] } = keys ?? {};
      const notes: readonly Note[] = [
        ...problems.map((one) => ({ severity: 'error' as const, text: worded(one) })),
        ...warnings.map((one) => ({ severity: 'warning' as const, text: worded(one) })),
      ];
      const ours = inventory.filter(({ party }) => party === '').length;
      const first = Math.min(...inventory.map(({ daysLeft }) => daysLeft));
      const until = inventory.length === 0 ? '' : `; the first expires in ${count(first, 'day')}`;
      return byNotes(
        `${count(ours, 'certificate')} of ours, ${inventory.length - ours} of partners${until}`,
        notes,
      );
    },
  },
  {
    name: 'api-keys',
    asks: 'whether the file of API keys can be read, and which keys have expired',
    needs: ['configuration'],
    run: ({ config }) => {
      const { keysFile } = config!.listeners.api;
      if (keysFile === undefined) return { outcome: 'skipped', found: 'no file of API keys is named' };
      const { keys, problems } = loadApiKeys(keysFile);
      const expired = keys.filter(({ expires }) => expires !== undefined && expires <= Date.now());
      return byNotes(`${count(keys.length, 'API key')} in ${keysFile}`, [
        ...problems.map(problemNote),
        ...expired.map(({ name }): Note => ({
          severity: 'warning',
          text: `${name} has expired: revoke it.`,
        })),
      ]);
    },
  },
  {
    name: 'agreed-certificate',
    asks: 'whether the certificate we sign with is the one the P-Modes show to partners',
    needs: ['pmodes', 'keys'],
    run: ({ keys, agreed }) => {
      const { certificate } = keys!.keyRing.signingKey();
      const { signing } = agreed;
      if (signing.length === 0)
        return { outcome: 'skipped', found: 'the P-Modes name no certificate of ours that is at hand here' };
      if (signing.some(({ thumbprintSha256 }) => thumbprintSha256 === certificate.thumbprintSha256))
        return {
          outcome: 'ok',
          found: `${certificate.facts.subject}, ${count(daysUntil(certificate.notAfter), 'day')} left`,
        };
      return {
        outcome: 'warning',
        found: `we sign with serial number ${certificate.serialNumber}`,
        expected: `a certificate named in the P-Modes: ${signing.map(({ serialNumber }) => serialNumber).join(', ')}`,
        advice: 'Partners pin what the P-Mode names: give them the new certificate, and name it there.',
        certificate: certificate.facts,
      };
    },
  },
  {
    name: 'agreed-encryption',
    asks: 'whether there is a key for the certificates that the P-Modes tell partners to encrypt for',
    needs: ['pmodes', 'keys'],
    run: ({ keys, agreed }) => {
      const lacking = unreadable(agreed, keys!.keyRing);
      if (agreed.encryption.length === 0)
        return {
          outcome: 'skipped',
          found: 'the P-Modes name no valid certificate of ours that is at hand here',
        };
      if (lacking === undefined) return { outcome: 'ok', found: 'we have the key of each' };
      return {
        outcome: 'failed',
        found: `no key of ours belongs to serial number ${lacking.serialNumber}`,
        expected: 'a certificate of "keys" first under encryption',
        advice:
          'What partners encrypt for it cannot be read: add its key to "keys" (role: decrypt), or put the old certificate first under encryption again.',
        certificate: lacking.facts,
      };
    },
  },
];

function problemNote(problem: PModeProblem): Note {
  return { severity: problem.severity, text: formatProblem(problem).replace(/^\w+: /, '') };
}

function worded({
  message,
  advice,
}: {
  readonly message: string;
  readonly advice?: string | undefined;
}): string {
  return advice === undefined ? message : `${message} ${advice}`;
}
