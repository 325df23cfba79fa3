import { governingLeg } from '../../protocol/pmode/index.ts';
import type { GoverningLeg, Party, PMode } from '../../protocol/pmode/index.ts';
import type { Lane } from '../ports/index.ts';

/** A partner as the P-Modes in force know it: one local name, on all the ways we send to it. */
export interface DirectoryEntry {
  readonly name: string;
  readonly party: Party;
  /** The legs on which we send to it; none when it only sends to us. */
  readonly ways: readonly GoverningLeg[];
}

const known = new WeakMap<readonly PMode[], ReadonlyMap<string, DirectoryEntry>>();

/** The partners of a snapshot of P-Modes, by name. */
export function partnersIn(pmodes: readonly PMode[]): ReadonlyMap<string, DirectoryEntry> {
  const entries = known.get(pmodes) ?? listPartners(pmodes);
  known.set(pmodes, entries);
  return entries;
}

function listPartners(pmodes: readonly PMode[]): ReadonlyMap<string, DirectoryEntry> {
  const entries = new Map<string, DirectoryEntry>();
  for (const pmode of pmodes) {
    const { party } = pmode.selfIs === 'initiator' ? pmode.responder : pmode.initiator;
    const ways = pmode.legs.flatMap((leg) => governingLeg(pmodes, pmode.id, leg.name, 'send') ?? []);
    const before = entries.get(party.name)?.ways ?? [];
    entries.set(party.name, { name: party.name, party, ways: [...before, ...ways] });
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One text for each way, to look it up by. */
export function laneKey({ pmodeId, leg }: Lane): string {
  return JSON.stringify([pmodeId, leg]);
}

/** The way a message takes, as the store names it. */
export function laneOf({ pmode, leg }: GoverningLeg): Lane {
  return { pmodeId: pmode.id, leg: leg.name };
}
