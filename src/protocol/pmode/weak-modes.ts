import { isPlainHttp } from './plain-http.ts';
import type { Leg, PMode } from './types.ts';

/** A weaker mode of a leg: where it is switched on and what it means. */
export interface WeakMode {
  readonly path: readonly string[];
  readonly mode: string;
}

type Judged = Pick<Leg, 'security' | 'receptionAwareness'>;

const WEAK: readonly (WeakMode & { readonly on: (leg: Judged) => boolean })[] = [
  {
    path: ['security', 'sign'],
    mode: 'messages are neither signed nor required to be signed',
    on: ({ security }) => !security.sign,
  },
  {
    path: ['security', 'encrypt'],
    mode: 'payloads are neither encrypted nor required to be encrypted',
    on: ({ security }) => !security.encrypt,
  },
  {
    path: ['security', 'acceptUnsignedBody'],
    mode: 'signatures that leave the SOAP Body out are accepted',
    on: ({ security }) => security.acceptUnsignedBody,
  },
  {
    path: ['security', 'acceptLegacyKeyTransport'],
    mode: 'key transport with SHA-1 is accepted',
    on: ({ security }) => security.acceptLegacyKeyTransport,
  },
  {
    path: ['receptionAwareness', 'duplicateDetection'],
    mode: 'messages that arrive twice are delivered twice',
    on: ({ receptionAwareness }) => !receptionAwareness.duplicateDetection,
  },
];

/** The weaker modes that are switched on for a leg. */
export function legWeakModes(leg: Judged): readonly WeakMode[] {
  return WEAK.filter(({ on }) => on(leg)).map(({ path, mode }) => ({ path, mode }));
}

/**
 * The weaker modes of a P-Mode as lines for the log, each naming P-Mode, leg or party, and switch. Legs with the same
 * weakness share a line. Empty for a P-Mode without any.
 */
export function weakModes(pmode: PMode): string[] {
  const byMode = new Map<string, { path: string; legs: string[] }>();
  for (const leg of pmode.legs)
    for (const { path, mode } of legWeakModes(leg)) {
      const entry = byMode.get(mode) ?? { path: path.join('.'), legs: [] };
      entry.legs.push(leg.name);
      byMode.set(mode, entry);
    }
  const legs = [...byMode].map(
    ([mode, { path, legs: names }]) => `P-Mode ${pmode.id}, leg ${names.join(', ')}: ${mode} (${path})`,
  );
  const parties = new Set([pmode.initiator.party, pmode.responder.party]);
  const addresses = [...parties].flatMap(({ name, address }) =>
    address !== undefined && isPlainHttp(address)
      ? [`P-Mode ${pmode.id}, party ${name}: the address is plain http to another machine (allowPlainHttp)`]
      : [],
  );
  return [...legs, ...addresses];
}
