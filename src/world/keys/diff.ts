import type { RevocationList } from '../../protocol/pki/index.ts';
import type { CertificateInventoryEntry, LoadedKeyRing } from './types.ts';

/** What was loaded, as far as its differences are told. */
type Compared = Pick<LoadedKeyRing, 'keyRing' | 'inventory'>;

/**
 * What becomes different when one set of keys, certificates and revocation lists takes the place of another, in words:
 * subject, serial number and days left of each certificate that comes or goes. Where a file lies makes no difference.
 */
export function diffKeys(before: Compared, after: Compared): readonly string[] {
  const [old, fresh] = [held(before.inventory), held(after.inventory)];
  const all = new Map([...old, ...fresh]);
  return [
    ...[...all.keys()].flatMap((key) => between(old.get(key), fresh.get(key))),
    ...signerChanges(signerOf(before), signerOf(after)),
    ...listChanges(before.keyRing.revocationLists(), after.keyRing.revocationLists()),
  ];
}

/** One certificate in one hand: ours, or that of a party. */
interface Held {
  /** Empty for ours. */
  readonly party: string;
  readonly entry: CertificateInventoryEntry;
  readonly uses: ReadonlySet<string>;
}

function held(inventory: readonly CertificateInventoryEntry[]): ReadonlyMap<string, Held> {
  const all = new Map<string, Held>();
  for (const entry of inventory)
    for (const party of entry.party.split(', ')) {
      const key = `${party} ${entry.thumbprintSha256}`;
      const known = [...(all.get(key)?.uses ?? []), ...entry.use.split(', ')];
      all.set(key, { party, entry, uses: new Set(known) });
    }
  return all;
}

function between(old: Held | undefined, fresh: Held | undefined): readonly string[] {
  if (fresh === undefined) return old === undefined ? [] : [`${name(old)} removed: ${facts(old)}`];
  if (old === undefined) return [`${name(fresh)} added: ${facts(fresh)}`];
  if (uses(old) === uses(fresh)) return [];
  return [`${name(fresh)} is now for ${uses(fresh)}, was for ${uses(old)}: ${facts(fresh)}`];
}

function name({ party, uses: its }: Held): string {
  if (party === '') return 'key of ours';
  return `${its.has('anchor') ? 'authority for' : 'certificate of'} ${party}`;
}

function uses({ uses: its }: Held): string {
  return [...its].sort().join(', ');
}

function facts(one: Held): string {
  const { certificate, daysLeft, source } = one.entry;
  const left = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `${daysLeft} days left`;
  return `${certificate.subject}, serial number ${certificate.serialNumber}, ${left}, for ${uses(one)} (${source})`;
}

/** The certificate that what we send is signed with; undefined when there is none that fits. */
function signerOf({ keyRing }: Compared): string | undefined {
  try {
    const { facts: certificate } = keyRing.signingKey().certificate;
    return `${certificate.subject}, serial number ${certificate.serialNumber}`;
  } catch {
    // Nobody can sign: told as the absence it is.
    return undefined;
  }
}

function signerChanges(old: string | undefined, fresh: string | undefined): readonly string[] {
  if (old === fresh) return [];
  return [
    `what we send is signed with ${fresh ?? 'nothing: no key fits'} from now on, was ${old ?? 'nothing'}`,
  ];
}

function listChanges(before: readonly RevocationList[], after: readonly RevocationList[]): readonly string[] {
  const [old, fresh] = [byIssuer(before), byIssuer(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((issuer) => {
    const [was, is] = [old.get(issuer), fresh.get(issuer)];
    if (is === undefined) return [`revocation list of ${issuer} removed`];
    const told = `revokes ${is.revoked.size}, next one due ${is.nextUpdate?.toISOString() ?? 'at no set time'}`;
    if (was === undefined) return [`revocation list of ${issuer} added: ${told}`];
    if (sameList(was, is)) return [];
    const added = [...is.revoked.keys()].filter((serial) => !was.revoked.has(serial));
    const newly = added.length === 0 ? '' : `; newly revoked: ${added.slice(0, 20).join(', ')}`;
    return [`revocation list of ${issuer} renewed: ${told}${newly}`];
  });
}

/** Of several lists of one issuer the latest speaks; serial numbers of all of them count. */
function byIssuer(lists: readonly RevocationList[]): ReadonlyMap<string, RevocationList> {
  const all = new Map<string, RevocationList>();
  for (const list of lists) {
    const known = all.get(list.issuer);
    const revoked = new Map([...(known?.revoked ?? []), ...list.revoked]);
    const latest = known !== undefined && known.thisUpdate > list.thisUpdate ? known : list;
    all.set(list.issuer, { ...latest, revoked });
  }
  return all;
}

function sameList(one: RevocationList, other: RevocationList): boolean {
  return (
    one.thisUpdate.getTime() === other.thisUpdate.getTime() &&
    one.nextUpdate?.getTime() === other.nextUpdate?.getTime() &&
    one.revoked.size === other.revoked.size &&
    [...one.revoked.keys()].every((serial) => other.revoked.has(serial))
  );
}
