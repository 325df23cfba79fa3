import { takeInventory, warningsOf } from './inventory.ts';
import { makeKeyRing } from './key-ring.ts';
import { loadOwnKeys } from './own-keys.ts';
import { loadPartnerCertificates } from './partner-certificates.ts';
import { loadRevocationLists, staleWarnings } from './revocation-lists.ts';
import type { KeyRingOptions, LoadedKeyRing } from './types.ts';

/**
 * Loads our keys and the certificates of partners into one snapshot. Nothing is thrown for a file that cannot be used:
 * every problem is told at once, with its file and its cure, and the ring holds what was sound.
 */
export async function loadKeyRing(options: KeyRingOptions): Promise<LoadedKeyRing> {
  const { now = Date.now } = options;
  const [own, partners] = await Promise.all([
    loadOwnKeys(options.keys, options),
    loadPartnerCertificates(options),
  ]);
  const authorities = [...own.keys.flatMap(({ entry }) => entry.chain), ...partners.authorities];
  const revocation = await loadRevocationLists(options.revocationLists ?? [], authorities);
  const lists = revocation.lists.map(({ list }) => list);
  const inventory = takeInventory(own.keys, partners.certificates, now());
  return {
    keyRing: makeKeyRing(own.keys, partners.certificates, lists, now),
    inventory,
    problems: [...own.problems, ...partners.problems, ...revocation.problems],
    warnings: [...warningsOf(inventory, own.keys), ...staleWarnings(revocation.lists, now())],
  };
}
