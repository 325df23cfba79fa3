import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Certificate, KeyEntry } from '../../../src/protocol/pki/index.ts';
import type { PartyCertificates, PMode } from '../../../src/protocol/pmode/index.ts';
import { diffKeys, loadKeyRing } from '../../../src/world/keys/index.ts';
import type { LoadedKeyRing } from '../../../src/world/keys/index.ts';
import { revocationList, testPki, writeEntry } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder();
const now = Date.parse('2026-06-01T12:00:00Z');

/** A ring with keys of ours and certificates of one partner. */
async function ring(
  own: readonly KeyEntry[],
  certificates: Partial<PartyCertificates>,
  revocationLists: readonly string[] = [],
): Promise<LoadedKeyRing> {
  const party = (name: string, its: Partial<PartyCertificates>): PMode['initiator'] => ({
    role: 'r',
    party: {
      name,
      partyIds: [{ value: name }],
      certificates: { signing: [], encryption: [], anchors: [], ...its },
    },
  });
  const pmode: PMode = {
    id: 'p',
    mep: 'oneWay',
    binding: 'push',
    initiator: party('AP_SELF', {}),
    responder: party('AP_B', certificates),
    selfIs: 'initiator',
    legs: [],
    file: join(folder, 'p.yaml'),
  };
  const keys = own.map((entry) => {
    const files = writeEntry(entry, folder);
    chmodSync(files.key, 0o600);
    return {
      path: files.key,
      type: 'pem' as const,
      certificate: files.certificate,
      use: ['sign', 'decrypt'] as const,
    };
  });
  const loaded = await loadKeyRing({
    keys,
    pmodes: [pmode],
    certificatesFolder: folder,
    revocationLists,
    allowDemoKeys: false,
    now: () => now,
  });
  assert.deepEqual(loaded.problems, []);
  return loaded;
}

test('a rollover of ours is told: what came, what went, what signs from now on', async () => {
  const pki = await testPki();
  const [old, fresh] = [await pki.issue({ alias: 'old' }), await pki.issue({ alias: 'fresh' })];
  const changes = diffKeys(await ring([old], {}), await ring([fresh, old], {}));
  const serial = fresh.certificate.serialNumber;
  assert.deepEqual(changes, [
    `key of ours added: CN=fresh,OU=OOTS,O=Quoin Tests,C=XX, serial number ${serial}, 8249 days left, for decrypt, sign (${join(folder, 'fresh.key.pem')})`,
    `what we send is signed with CN=fresh,OU=OOTS,O=Quoin Tests,C=XX, serial number ${serial} from now on, was CN=old,OU=OOTS,O=Quoin Tests,C=XX, serial number ${old.certificate.serialNumber}`,
  ]);
  const gone = diffKeys(await ring([old], {}), await ring([], {}));
  assert.match(gone[0]!, /^key of ours removed: CN=old/);
  assert.match(gone[1]!, /^what we send is signed with nothing: no key fits from now on, was CN=old/);
  assert.deepEqual(diffKeys(await ring([old], {}), await ring([old], {})), []);
});

test('certificates of a partner are told with subject, serial number and days left', async () => {
  const pki = await testPki();
  writeEntry(await pki.issue({ alias: 'b1', notAfter: new Date('2026-06-11T12:00:00Z') }), folder);
  writeEntry(await pki.issue({ alias: 'b2' }), folder);
  const before = await ring([], { signing: ['b1.pem'], encryption: ['b1.pem'] });
  const after = await ring([], { signing: ['b1.pem', 'b2.pem'], encryption: ['b2.pem'] });
  const changes = diffKeys(before, after);
  assert.equal(changes.length, 2);
  assert.match(
    changes[0]!,
    /^certificate of AP_B is now for verify, was for encrypt, verify: CN=b1.*10 days left/,
  );
  assert.match(changes[1]!, /^certificate of AP_B added: CN=b2.*8249 days left, for encrypt, verify/);
});

test('a revocation list that comes, is renewed and goes', async () => {
  const pki = await testPki();
  const anchor = join(folder, 'ca.pem');
  writeFileSync(anchor, pki.ca.certificate.pem);
  const [one, two] = [(await pki.party('AP_ONE')).certificate, (await pki.party('AP_TWO')).certificate];
  const listed = async (file: string, revoked: readonly Certificate[]): Promise<LoadedKeyRing> => {
    const path = join(folder, file);
    writeFileSync(path, await revocationList(pki.ca, revoked, new Date(now)));
    return await ring([], { anchors: ['ca.pem'] }, [path]);
  };
  const none = await ring([], { anchors: ['ca.pem'] });
  const [first, second] = [await listed('1.crl', [one]), await listed('2.crl', [one, two])];
  assert.match(
    diffKeys(none, first)[0]!,
    /^revocation list of CN=Test Authority.* added: revokes 1, next one due/,
  );
  const [renewed] = diffKeys(first, second);
  assert.match(renewed!, / renewed: revokes 2, /);
  assert.ok(renewed!.endsWith(`; newly revoked: ${two.serialNumber}`), renewed);
  assert.match(diffKeys(second, none)[0]!, / removed$/);
});
