import { isUri } from '../ebms/index.ts';
import type { Hit, PModeCheck } from './check-table.ts';
import { suggest } from './nearest.ts';
import { isPlainHttp } from './plain-http.ts';
import type { PModeDraft, PartyDraft, SideDraft } from './resolve.ts';

/** The two sides that name a party of the file. */
function sides(
  draft: PModeDraft,
): readonly { side: 'initiator' | 'responder'; draft: SideDraft; party: PartyDraft }[] {
  return (['initiator', 'responder'] as const).flatMap((side) => {
    const party = draft.parties.get(draft[side].party ?? '');
    return party === undefined ? [] : [{ side, draft: draft[side], party }];
  });
}

/** The party on the other side of `self`; self again for an agreement with oneself. */
export function partnerOf(draft: PModeDraft, self: string): PartyDraft | undefined {
  const both = sides(draft);
  if (!both.some(({ party }) => party.name === self)) return undefined;
  return (both.find(({ party }) => party.name !== self) ?? both[1])?.party;
}

/** True when some leg lets us send to the partner. */
function weSend(draft: PModeDraft, self: string): boolean {
  return sides(draft).some(
    ({ side, party }) =>
      party.name === self && draft.legs.some(({ leg }) => leg.sender === side || leg.sender === 'either'),
  );
}

function eachParty(draft: PModeDraft, look: (party: PartyDraft) => readonly Hit[]): readonly Hit[] {
  return [...draft.parties.values()].flatMap(look);
}

function partyReference(draft: PModeDraft): readonly Hit[] {
  return (['initiator', 'responder'] as const).flatMap((side) => {
    const { party, at } = draft[side];
    const path = typeof draft.file[side] === 'object' ? [...at, 'party'] : at;
    const because = [['parties'], ...(party === undefined ? [] : [['parties', party]])];
    if (party === undefined) return [{ path, message: `the ${side} names no party`, because: [at] }];
    if (draft.parties.has(party)) return [];
    const advice = suggest(party, [...draft.parties.keys()], 'party');
    return [{ path, message: `"${party}" is not one of the parties of this file`, advice, because }];
  });
}

/** A URL of http or https without user information and fragment, or why it is none. */
function addressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is not an absolute URL';
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is neither https nor http';
  if (url.username !== '' || url.password !== '') return 'contains a user name or password';
  return url.hash === '' ? undefined : 'contains a fragment (#)';
}

function duplicateIds(draft: PModeDraft): readonly Hit[] {
  const seen = new Map<string, string>();
  return eachParty(draft, (party) =>
    party.partyIds.flatMap((id, index) => {
      const key = JSON.stringify([id.value, id.type]);
      const owner = seen.get(key);
      seen.set(key, party.name);
      if (owner === undefined) return [];
      const path = [...party.at, 'ids', index];
      return [{ path, message: `the identifier "${id.value}" already belongs to ${owner}` }];
    }),
  );
}

/** A name that leaves the certificate directory. */
function leavesDirectory(name: string): boolean {
  return /^([A-Za-z]:|[\\/])/.test(name) || name.split(/[\\/]/).includes('..');
}

const naming: readonly PModeCheck[] = [
  {
    name: 'party-count',
    severity: 'error',
    about: 'A P-Mode is between two parties; a single one may have an agreement with itself.',
    advice: 'Name us and one partner under parties; another partner gets a file of its own.',
    run: ({ parties }) =>
      parties.size === 1 || parties.size === 2
        ? []
        : [{ path: ['parties'], message: `parties names ${parties.size} parties instead of two` }],
  },
  {
    name: 'party-reference',
    severity: 'error',
    about: 'Initiator and responder each name one of the parties (PMode.Initiator, PMode.Responder).',
    advice: 'Write the name of one of the parties.',
    run: partyReference,
  },
  {
    name: 'party-unused',
    severity: 'warning',
    about: 'Each party is initiator or responder.',
    advice: 'Make it initiator or responder, or remove it.',
    run: (draft) =>
      eachParty(draft, ({ name, at }) =>
        [draft.initiator.party, draft.responder.party].includes(name)
          ? []
          : [
              {
                path: at,
                message: `${name} is neither initiator nor responder`,
                because: [['initiator'], ['responder']],
              },
            ],
      ),
  },
  {
    name: 'self-is-party',
    severity: 'error',
    about: 'The party of this access point (accessPoint.party) is initiator or responder.',
    advice: 'Correct accessPoint.party, or move the file: it is an agreement of somebody else.',
    run: (draft, self) =>
      [draft.initiator.party, draft.responder.party].includes(self)
        ? []
        : [
            {
              path: ['parties'],
              message: `this access point is ${self}, which has no part in the agreement`,
              because: [['initiator'], ['responder']],
            },
          ],
  },
  {
    name: 'role-given',
    severity: 'error',
    about: 'Both sides have a role (PMode.Initiator.Role, PMode.Responder.Role); profile oots brings it.',
    advice: 'Write { party: NAME, role: URI }, or choose a profile that brings the role.',
    run: (draft) =>
      (['initiator', 'responder'] as const).flatMap((side) =>
        draft[side].role === undefined
          ? [{ path: [side, 'role'], message: `the ${side} has no role`, because: [['profile']] }]
          : [],
      ),
  },
];

const identifiers: readonly PModeCheck[] = [
  {
    name: 'party-has-id',
    severity: 'error',
    about: 'Each party has at least one identifier.',
    advice: 'Write ids: [{ value: ..., type: ... }].',
    run: (draft) =>
      eachParty(draft, ({ partyIds, at, name }) =>
        partyIds.length > 0 ? [] : [{ path: [...at, 'ids'], message: `${name} has no identifier` }],
      ),
  },
  {
    name: 'untyped-party-id-is-uri',
    severity: 'error',
    about:
      'A party identifier without a type is a URI (ebMS3 5.2.2.4); partners refuse others with EBMS:0003.',
    advice: 'Give the identifier its type, such as urn:oasis:names:tc:ebcore:partyid-type:unregistered:FR.',
    run: (draft) =>
      eachParty(draft, ({ partyIds, at }) =>
        partyIds.flatMap(({ value, type }, index) =>
          type !== undefined || isUri(value)
            ? []
            : [{ path: [...at, 'ids', index], message: `"${value}" has no type and is not a URI` }],
        ),
      ),
  },
  {
    name: 'duplicate-party-id',
    severity: 'error',
    about: 'An identifier with its type belongs to one party and stands there once.',
    advice: 'Remove one of the two.',
    run: duplicateIds,
  },
];

const addresses: readonly PModeCheck[] = [
  {
    name: 'address-needed',
    severity: 'error',
    about: 'A party we send to has an address (PMode[].Protocol.Address).',
    advice: 'Write the URL of its access point as address.',
    run: (draft, self) => {
      const partner = partnerOf(draft, self);
      if (partner === undefined || partner.address || !weSend(draft, self)) return [];
      const path = [...partner.at, 'address'];
      return [{ path, message: `we send to ${partner.name}, but it has no address`, because: [['legs']] }];
    },
  },
  {
    name: 'address-is-url',
    severity: 'error',
    about:
      'An address is an http or https URL without credentials and fragment; blanks around it are ignored.',
    advice: 'Write it as https://host/path.',
    run: (draft) =>
      eachParty(draft, ({ address, at }) => {
        const fault = address ? addressFault(address) : undefined;
        return fault === undefined ? [] : [{ path: [...at, 'address'], message: `the address ${fault}` }];
      }),
  },
  {
    name: 'address-uses-tls',
    severity: 'error',
    about:
      'An address outside this machine is https, unless allowPlainHttp says otherwise (eDelivery AS4 1.15 §1.4.2.6).',
    advice: 'Use https, or write allowPlainHttp: true beside the address to accept the weaker mode.',
    run: (draft) =>
      eachParty(draft, ({ address, allowPlainHttp, at }) =>
        !address || allowPlainHttp || !isPlainHttp(address)
          ? []
          : [{ path: [...at, 'address'], message: 'the address is plain http to another machine' }],
      ),
  },
];

const certificates: readonly PModeCheck[] = [
  {
    name: 'partner-can-be-verified',
    severity: 'error',
    about: 'The partner has a pinned signing certificate or an anchor, unless nothing is signed.',
    advice: 'Name its signing certificate under certificates.signing.',
    run: (draft, self) => {
      const partner = partnerOf(draft, self);
      if (partner === undefined || !draft.legs.some(({ leg }) => leg.security.sign)) return [];
      const { signing, anchors } = partner.certificates;
      if (signing.length + anchors.length > 0) return [];
      const path = [...partner.at, 'certificates'];
      return [{ path, message: `no certificate is trusted to sign for ${partner.name}` }];
    },
  },
  {
    name: 'partner-can-be-encrypted-for',
    severity: 'error',
    about: 'A partner we send encrypted messages to has an encryption certificate.',
    advice: 'Name its encryption certificate under certificates.encryption.',
    run: (draft, self) => {
      const partner = partnerOf(draft, self);
      if (partner === undefined || partner.certificates.encryption.length > 0) return [];
      if (!weSend(draft, self) || !draft.legs.some(({ leg }) => leg.security.encrypt)) return [];
      const path = [...partner.at, 'certificates', 'encryption'];
      return [{ path, message: `there is no certificate to encrypt for ${partner.name}` }];
    },
  },
  {
    name: 'anchors-bind-subject',
    severity: 'error',
    about:
      'With anchors, the subject of the signer is bound: a chain alone does not say which party a certificate is for.',
    advice: 'Add certificates.subject, for example { CN: OOTS_AP_ACC_FR_001 }.',
    run: (draft) =>
      eachParty(draft, ({ certificates: { anchors, subject }, at, name }) =>
        anchors.length === 0 || (subject !== undefined && Object.keys(subject).length > 0)
          ? []
          : [
              {
                path: [...at, 'certificates', 'subject'],
                message: `any certificate under the anchors could speak for ${name}`,
              },
            ],
      ),
  },
  {
    name: 'certificate-name-stays-inside',
    severity: 'error',
    about: 'Certificates are named relative to the certificate directory and stay inside it.',
    advice: 'Put the file into the certificate directory and write its name only.',
    run: (draft) =>
      eachParty(draft, ({ certificates: { signing, encryption, anchors }, at }) =>
        Object.entries({ signing, encryption, anchors }).flatMap(([use, files]) =>
          files.some(leavesDirectory)
            ? [
                {
                  path: [...at, 'certificates', use],
                  message: 'a certificate is named by a path that leaves the certificate directory',
                },
              ]
            : [],
        ),
      ),
  },
];

/** Checks of parties, identifiers, addresses and certificates. */
export const partyChecks: readonly PModeCheck[] = [...naming, ...identifiers, ...addresses, ...certificates];
