import type { Observer, Outlook } from '../ports/index.ts';
import type { Account, followControl } from './account.ts';
import type { Breaker } from './breaker.ts';

interface Told {
  readonly observer: Observer;
}

const clockTime = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** Tells when a breaker changes, each change once. */
export function announceBreaker({ observer }: Told, { name, breaker }: Account, before: Breaker): void {
  if (before.state === breaker.state) return;
  const { failures, reason, since } = breaker;
  const facts = { partner: name, failures, reason, nextProbeAt: clockTime(breaker.until) };
  if (breaker.state === 'open' && before.state === 'closed')
    observer.emit({ event: 'partner/breaker-opened', level: 'warn', ...facts });
  if (breaker.state === 'open' && before.state === 'half-open' && breaker.failures > before.failures)
    observer.emit({ event: 'partner/probe-failed', level: 'warn', ...facts });
  if (breaker.state === 'closed')
    observer.emit({
      event: 'partner/breaker-closed',
      level: 'info',
      partner: name,
      openMs: since - (before.openedAt ?? since),
    });
}

/** Tells when this node begins or ends to hold back the messages for a partner. */
export function announcePause(
  { observer }: Told,
  { name, pause }: Account,
  news: ReturnType<typeof followControl>,
): void {
  if (news.paused)
    observer.emit({
      event: 'partner/paused',
      level: 'warn',
      partner: name,
      by: pause?.by,
      reason: pause?.reason,
      since: clockTime(pause?.at),
    });
  if (news.resumed) observer.emit({ event: 'partner/resumed', level: 'info', partner: name });
}

/** Tells of messages that wait for a P-Mode that is not loaded any more. */
export function announceWithout({ observer }: Told, { pmodeId, leg, partner }: Outlook, until: number): void {
  observer.emit({
    event: 'send/waiting-for-pmode',
    level: 'warn',
    pmode: pmodeId,
    leg,
    partner,
    until: clockTime(until),
    reason: `The P-Mode ${pmodeId} with leg ${leg} is not loaded: its messages wait for it, each until its own window ends.`,
  });
}
