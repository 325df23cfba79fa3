import { governingLeg } from '../../protocol/pmode/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import type { Lane, Outlook } from '../ports/index.ts';
import { retryPolicyOf, waitsForPMode } from '../retry-policy.ts';
import { ring } from '../ring.ts';
import { MOST_PARKED, followControl, openAccount, park, unparkAll } from './account.ts';
import type { Account } from './account.ts';
import { admit } from './admission.ts';
import type { Occupancy } from './admission.ts';
import { announceBreaker, announcePause, announceWithout } from './announce.ts';
import { nextBreaker } from './breaker.ts';
import type { BreakerEvent } from './breaker.ts';
import { laneKey, partnersIn } from './directory.ts';
import type { Evidence } from './evidence.ts';
import { clockStart, judge } from './judge.ts';
import type { Judgement } from './judge.ts';
import type { PauseSpan } from './pauses.ts';

/** What the desk asks of the world. */
export type DeskContext = Pick<
  MshContext,
  'store' | 'queue' | 'nature' | 'observer' | 'agreements' | 'sending'
>;

/** The right to push one message now. It must be given back, with what the push taught about the partner. */
export interface Place {
  leave(evidence: Evidence): void;
}

/** For what takes no place: a message to be given up. */
const NO_PLACE: Place = { leave: () => undefined };

/**
 * Who may send to which partner now. It keeps the account of every partner on this node: pushes that run, the breaker,
 * what operators said, and the rows that wait for a place. Decisions are pure (`judge`, `nextBreaker`); the truth about
 * messages is the store's, so that nothing is lost with the desk.
 */
export class PartnerDesk {
  readonly #context: DeskContext;
  readonly #accounts = new Map<string, Account>();
  readonly #wakings = new Set<Promise<void>>();
  /** Ways whose P-Mode is gone, each told once. */
  readonly #without = new Set<string>();
  /** Rings for what waits on the ways of a partner. */
  readonly #wake: (partner: string) => Promise<void>;
  #running = 0;

  constructor(context: DeskContext, wake: (partner: string) => Promise<void>) {
    this.#context = context;
    this.#wake = wake;
  }

  /** A place for a message that is due; without one it waits, here or in the store, and is rung for again. */
  placeFor(outlook: Outlook): Place | undefined {
    const governing = this.#governing(outlook);
    if (governing === undefined) return this.#placeWithout(outlook);
    this.#without.delete(laneKey(outlook));
    const { account, now, judgement } = this.#judge(outlook, governing);
    if (judgement.kind === 'give-up') return NO_PLACE;
    if (judgement.kind === 'go') return this.#occupy(account, outlook.rowId, judgement.as === 'probe', now);
    if (judgement.for === 'partner-busy' || judgement.for === 'gateway-busy') park(account, outlook.rowId);
    return undefined;
  }

  /** A place for a message nobody knows of yet, unless another waits for one: then, and without one, nothing is noted. */
  placeAtOnce(outlook: Outlook): Place | undefined {
    const governing = this.#governing(outlook);
    if (governing === undefined) return undefined;
    const { account, now, judgement } = this.#judge(outlook, governing);
    if (judgement.kind !== 'go' || judgement.as !== 'attempt' || account.parked.size > 0) return undefined;
    return this.#occupy(account, outlook.rowId, false, now);
  }

  #governing({ pmodeId, leg }: Lane): GoverningLeg | undefined {
    return governingLeg(this.#context.agreements().pmodes, pmodeId, leg, 'send');
  }

  #judge(
    outlook: Outlook,
    governing: GoverningLeg,
  ): { readonly account: Account; readonly now: number; readonly judgement: Judgement } {
    const account = this.account(governing.partner.name);
    const now = this.#context.nature.now();
    const message = { ...outlook, dueAt: outlook.nextAttemptAt, cutOff: isCutOff(outlook) };
    const judgement = judge(governing.leg.receptionAwareness, message, {
      pauses: account.pauses,
      breaker: account.breaker,
      occupancy: this.#occupancy(account),
      now,
    });
    return { account, now, judgement };
  }

  /** Without its P-Mode a message waits, no attempt counted, until its own window is over. */
  #placeWithout(outlook: Outlook): Place | undefined {
    const now = this.#context.nature.now();
    const started = (at: number): number => clockStart(this.pausesOf(outlook), at, now);
    const { submittedAt, firstAttemptAt } = outlook;
    const until = waitsForPMode(retryPolicyOf(undefined, outlook), {
      submittedAt: started(submittedAt),
      firstAttemptAt: firstAttemptAt === undefined ? undefined : started(firstAttemptAt),
    });
    if (until < now) return NO_PLACE;
    if (!this.#without.has(laneKey(outlook))) announceWithout(this.#context, outlook, until);
    this.#without.add(laneKey(outlook));
    return undefined;
  }

  /** False when ringing for the rows of a way would be of no use now. */
  takes(lane: Lane): boolean {
    const partner = this.#partnerOf(lane);
    const account = partner === undefined ? undefined : this.#accounts.get(partner);
    if (account === undefined) return true;
    const { pause, breaker, parked } = account;
    return pause === undefined && breaker.state === 'closed' && parked.size < MOST_PARKED / 2;
  }

  /** The pauses that stop the clock of a message; without its P-Mode, those of the partner it was submitted for. */
  pausesOf(message: Lane & { readonly partner: string }): readonly PauseSpan[] {
    return this.#accounts.get(this.#partnerOf(message) ?? message.partner)?.pauses ?? [];
  }

  /** The account of a partner, opened when there is none. */
  account(name: string): Account {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const account = openAccount(name, this.#context.nature.now());
    this.#accounts.set(name, account);
    return account;
  }

  /** The accounts that were opened so far. */
  accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  /** Takes over what operators said on any node. Throws what the store throws. */
  async followControls(): Promise<void> {
    const controls = new Map((await this.#context.store.partnerControls()).map((one) => [one.partner, one]));
    for (const name of controls.keys()) this.account(name);
    for (const account of this.accounts()) {
      const news = followControl(account, controls.get(account.name));
      announcePause(this.#context, account, news);
      if (news.paused) unparkAll(account);
      if (news.reset) this.#turn(account, { kind: 'reset', at: this.#context.nature.now() });
      if (news.resumed) this.#rouse(account);
    }
  }

  /** Rings for rows that wait for a place, as many as have one, the partners taking turns. */
  ringParked(): void {
    for (const account of this.accounts()) {
      if (account.parked.size === 0) continue;
      this.#ringParked(account);
      // Who was served stands at the end of the line.
      this.#accounts.delete(account.name);
      this.#accounts.set(account.name, account);
    }
  }

  /** Resolves when nothing of it runs any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#wakings);
  }

  #ringParked(account: Account): void {
    const occupancy = this.#occupancy(account);
    let rung = 0;
    for (const rowId of account.parked) {
      const running = occupancy.running + rung;
      if (!this.#admits(account, { ...occupancy, running, total: occupancy.total + rung })) return;
      account.parked.delete(rowId);
      void ring(this.#context, rowId);
      rung += 1;
    }
    if (account.overflow) this.#rouse(account);
  }

  #admits(account: Account, occupancy: Occupancy): boolean {
    const now = this.#context.nature.now();
    const paused = account.pause !== undefined;
    return admit({ paused, breaker: account.breaker, occupancy, lastChance: false, now }).kind === 'go';
  }

  #occupancy(account: Account): Occupancy {
    const { perPartner, places } = this.#context.sending;
    return { running: account.running, perPartner, total: this.#running, places };
  }

  #occupy(account: Account, rowId: string, probe: boolean, now: number): Place {
    account.parked.delete(rowId);
    account.running += 1;
    this.#running += 1;
    if (probe) this.#turn(account, { kind: 'probe-sent', at: now });
    let left = false;
    return {
      leave: (evidence) => {
        if (left) return;
        left = true;
        account.running -= 1;
        this.#running -= 1;
        this.#turn(account, { ...evidence, probe, at: this.#context.nature.now() });
        this.ringParked();
      },
    };
  }

  #turn(account: Account, event: BreakerEvent): void {
    const before = account.breaker;
    account.breaker = nextBreaker(before, event, this.#context.sending.breaker);
    announceBreaker(this.#context, account, before);
    if (before.state === account.breaker.state) return;
    if (account.breaker.state === 'open') unparkAll(account);
    if (account.breaker.state === 'closed') this.#rouse(account);
  }

  /** What waits in the store for a partner that is open again need not wait for the sweeper. */
  #rouse(account: Account): void {
    account.overflow = false;
    const waking = this.#wake(account.name).finally(() => this.#wakings.delete(waking));
    this.#wakings.add(waking);
  }

  #partnerOf(lane: Lane): string | undefined {
    return this.#governing(lane)?.partner.name;
  }
}

/** True for a message that is due although an attempt of it runs: its lease has ended, so whoever made it has died. */
export function isCutOff({ state }: Pick<Outlook, 'state'>): boolean {
  return state === 'WAITING_FOR_RECEIPT';
}

/** The partners of the P-Modes in force, with or without an account. */
export function knownPartners(context: Pick<DeskContext, 'agreements'>): ReturnType<typeof partnersIn> {
  return partnersIn(context.agreements().pmodes);
}
