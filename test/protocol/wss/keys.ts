import type { Certificate } from '../../../src/protocol/pki/index.ts';
import { testPki } from '../../support/pki.ts';

/** Who takes part in the tests of this room; names hold what makes distinguished names awkward. */

const pki = await testPki();
const named = (name: string) => ({ alias: name, subject: `CN=${name},OU=OOTS,O=Über & Söhne\\, Ltd,C=BE` });

export const { ca } = pki;
/** The access point that sends. */
export const alice = await pki.issue({ ...named('alice'), issuer: ca });
/** The access point that receives. */
export const bob = await pki.issue({ ...named('bob'), issuer: ca });
/** Someone else with a certificate of the same issuer. */
export const mallory = await pki.issue({ ...named('mallory'), issuer: ca });
/** Someone whose certificate has the key identifier of alice's. */
export const twin = await pki.bad('ski-collision', { name: 'twin', like: alice });
/** A certificate without key identifier. */
export const bare = await pki.issue({ ...named('bare'), subjectKeyIdentifier: null });
/** A key that is too short. */
export const short = await pki.bad('rsa-1024');
/** A key of another kind. */
export const elliptic = await pki.bad('elliptic-curve');

/** What a key ring would know, the wrong ones first. */
export const everyone: readonly Certificate[] = [twin, mallory, alice, bob, ca].map(
  ({ certificate }) => certificate,
);
