import type { PartyId, UserMessage } from './types.ts';
import { refuseViolations } from './violations.ts';
import type { Violation } from './violations.ts';

const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

/** True for text that can stand as a PartyId without a type: an absolute URI (ebMS3 5.2.2.4). */
export function isUri(text: string): boolean {
  return absoluteUri.test(text);
}

/** True when both identifiers name the same party: value and type compared to the letter, no type = empty type. */
export function samePartyId(a: PartyId, b: PartyId): boolean {
  return a.value === b.value && (a.type ?? '') === (b.type ?? '');
}

/**
 * One text for a set of party identifiers, the same whatever their order and with repetitions left out; two parties
 * have the same key only when they have the same identifiers.
 */
export function partyKey(partyIds: readonly PartyId[]): string {
  const keys = partyIds.map(({ type, value }) => JSON.stringify([type ?? '', value]));
  return [...new Set(keys)].sort().join(',');
}

/** At most one PartyId on each side (eDelivery AS4 1.15 1.4.2.2); the core would allow several. As EBMS:0003. */
export function partyIdViolations(message: UserMessage): readonly Violation[] {
  const sides = [
    ['eb:From', message.from],
    ['eb:To', message.to],
  ] as const;
  return sides
    .filter(([, side]) => side.partyIds.length !== 1)
    .map(([name, side]) => ({
      ebms: 'EBMS:0003',
      code: 'ebms/one-party-id',
      message: `${name} has ${side.partyIds.length} PartyIds`,
      finding: {
        check: 'one-party-id',
        field: `${name}/eb:PartyId`,
        expected: '1',
        found: side.partyIds.map(({ value }) => value).join(', '),
      },
    }));
}

/** Throws Refusal EBMS:0003 `ebms/one-party-id` when From or To has more than one PartyId. */
export function checkOnePartyId(message: UserMessage): void {
  refuseViolations(partyIdViolations(message));
}
