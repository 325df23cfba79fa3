import type { KeyEntry } from '../protocol/pki/index.ts';
import type { Patient } from './patient.ts';
import { roundTrip } from './round-trip.ts';
import type { Check, Note } from './types.ts';
import { byNotes, count } from './verdicts.ts';

/** What our keys can do. */
export const KEY_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'sign-and-decrypt',
    asks: 'whether our keys do what they are for: a message to ourselves is signed, verified, encrypted and decrypted',
    needs: ['keys'],
    limitMs: 30_000,
    run: async (patient) => {
      const { keyRing } = patient.keys!;
      const signing = keyRing.signingKey();
      const decryption = keyRing.decryptionKeys();
      const notes: Note[] = [];
      for (const key of decryption) notes.push(...(await tried(signing, key, patient)));
      if (decryption.length === 0)
        notes.push({
          severity: 'error',
          text: 'No key is there to decrypt with: give one the role decrypt.',
        });
      return byNotes(`${strength(signing)} signs; ${count(decryption.length, 'key')} to decrypt`, notes);
    },
  },
];

async function tried(signing: KeyEntry, key: KeyEntry, { pmodes }: Patient): Promise<readonly Note[]> {
  const suites = new Set(pmodes.flatMap(({ legs }) => legs.map(({ security }) => security.suite)));
  const notes: Note[] = [];
  for (const suite of suites)
    if (!(await roundTrip(signing, key, suite)))
      notes.push({ severity: 'error', text: `${key.alias}: what was decrypted is not what was encrypted.` });
  return notes;
}

function strength({ privateKey, alias }: KeyEntry): string {
  const { modulusLength, namedCurve } = privateKey.asymmetricKeyDetails ?? {};
  return `${alias} (${privateKey.asymmetricKeyType} ${modulusLength ?? namedCurve ?? ''})`.replace(' )', ')');
}
