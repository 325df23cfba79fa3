import { isDeepStrictEqual } from 'node:util';
import { changed, changedList, legRows, partyRows, pmodeRows } from './diff-rows.ts';
import type { DiffRow } from './diff-rows.ts';
import { isPlainHttp } from './plain-http.ts';
import { compareText } from './problems.ts';
import type { Leg, PMode, Party } from './types.ts';
import { legWeakModes } from './weak-modes.ts';

/** One difference between two sets of P-Modes, in words that need no file beside them. */
export interface PModeChange {
  /** The id of the P-Mode. */
  readonly pmode: string;
  /** `P-Mode oots.xa.xb: party AP_XB_01: address changes from … to …`. */
  readonly words: string;
  /** A protection that held before holds no longer. */
  readonly weakens: boolean;
}

type Said = Omit<PModeChange, 'pmode'>;

/**
 * What becomes different when one set of P-Modes takes the place of another: P-Modes by id, legs by name. Where a P-Mode
 * lies, how it is written and in which order its legs stand makes no difference. What weakens comes first.
 */
export function diffPModes(before: readonly PMode[], after: readonly PMode[]): readonly PModeChange[] {
  const [old, fresh] = [byId(before), byId(after)];
  const ids = [...new Set([...old.keys(), ...fresh.keys()])].sort(compareText);
  const changes = ids.flatMap((id) =>
    between(old.get(id), fresh.get(id)).map(({ words, weakens }) => ({
      pmode: id,
      words: `P-Mode ${id}${words}`,
      weakens,
    })),
  );
  return [...changes.filter(({ weakens }) => weakens), ...changes.filter(({ weakens }) => !weakens)];
}

function byId(pmodes: readonly PMode[]): ReadonlyMap<string, PMode> {
  return new Map(pmodes.map((pmode) => [pmode.id, pmode]));
}

function between(before: PMode | undefined, after: PMode | undefined): readonly Said[] {
  if (after === undefined) return before === undefined ? [] : [calm(' removed')];
  if (before === undefined) return [calm(` added: ${summary(after)}`), ...weaknesses(undefined, after)];
  return [...weaknesses(before, after), ...pmodeChanges(before, after), ...legChanges(before, after)];
}

function calm(words: string): Said {
  return { words, weakens: false };
}

function summary({ initiator, responder, legs }: PMode): string {
  const count = legs.length === 1 ? '1 leg' : `${legs.length} legs`;
  return `${initiator.party.name} and ${responder.party.name}, ${count}`;
}

function pmodeChanges(before: PMode, after: PMode): readonly Said[] {
  const sides = [partiesOf(before), partiesOf(after)] as const;
  const own = rowsBetween(pmodeRows, before, after).map((words) => calm(`: ${words}`));
  const parties = [...sides[1]].flatMap(([name, party]) => {
    const old = sides[0].get(name);
    return old === undefined
      ? []
      : rowsBetween(partyRows, old, party).map((words) => calm(`: party ${name}: ${words}`));
  });
  return [...own, ...parties];
}

function partiesOf({ initiator, responder }: PMode): ReadonlyMap<string, Party> {
  return new Map([initiator.party, responder.party].map((party) => [party.name, party]));
}

function rowsBetween<T>(rows: readonly DiffRow<T>[], before: T, after: T): readonly string[] {
  return rows.flatMap(({ what, show, list }) => {
    if (show !== undefined) return changed(what, show(before), show(after));
    return changedList(what, list(before), list(after));
  });
}

/** Legs that change alike share a line. */
function legChanges(before: PMode, after: PMode): readonly Said[] {
  const [old, fresh] = [legsOf(before), legsOf(after)];
  const said = new Map<string, string[]>();
  const say = (words: string, leg: string): void => void said.set(words, [...(said.get(words) ?? []), leg]);
  for (const name of old.keys()) if (!fresh.has(name)) say('removed', name);
  for (const [name, leg] of fresh) {
    const known = old.get(name);
    if (known === undefined) say('added', name);
    else if (!isDeepStrictEqual(known, leg))
      for (const words of rowsBetween(legRows, known, leg)) say(words, name);
  }
  return [...said].map(([words, legs]) => calm(`, ${legNames(legs, after)}: ${words}`));
}

function legsOf({ legs }: PMode): ReadonlyMap<string, Leg> {
  return new Map(legs.map((leg) => [leg.name, leg]));
}

function legNames(names: readonly string[], { legs }: PMode): string {
  if (names.length > 1 && names.length === legs.length) return 'all legs';
  return `${names.length === 1 ? 'leg' : 'legs'} ${names.join(', ')}`;
}

/** Weaker modes that are switched on, loudly, and those that are switched off. */
function weaknesses(before: PMode | undefined, after: PMode): readonly Said[] {
  const [old, fresh] = [modesOf(before), modesOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((mode) => {
    const [had, has] = [old.get(mode) ?? [], fresh.get(mode) ?? []];
    const worse = has.filter((place) => !had.includes(place));
    const better = had.filter((place) => !has.includes(place) && isThere(place, after));
    return [
      ...(worse.length === 0
        ? []
        : [{ words: `, ${placed(worse, after)}: SECURITY WEAKENED: ${mode}`, weakens: true }]),
      ...(better.length === 0 ? [] : [calm(`, ${placed(better, after)}: no longer true: ${mode}`)]),
    ];
  });
}

const PARTY = 'party ';

/** The weaker modes of a P-Mode, each with the legs or parties it is on. */
function modesOf(pmode: PMode | undefined): ReadonlyMap<string, readonly string[]> {
  const modes = new Map<string, string[]>();
  const add = (mode: string, place: string): void =>
    void modes.set(mode, [...(modes.get(mode) ?? []), place]);
  for (const leg of pmode?.legs ?? [])
    for (const { path, mode } of legWeakModes(leg)) add(`${mode} (${path.join('.')})`, leg.name);
  for (const { name, address } of pmode === undefined ? [] : partiesOf(pmode).values())
    if (address !== undefined && isPlainHttp(address))
      add('the address is plain http to another machine (allowPlainHttp)', PARTY + name);
  return modes;
}

/** What went with its leg or party is told by the line about that. */
function isThere(place: string, pmode: PMode): boolean {
  return place.startsWith(PARTY) ? partiesOf(pmode).has(place.slice(PARTY.length)) : legsOf(pmode).has(place);
}

function placed(places: readonly string[], pmode: PMode): string {
  return places[0]!.startsWith(PARTY) ? places.join(', ') : legNames(places, pmode);
}
