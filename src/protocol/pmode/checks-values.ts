import { testAction, testService } from '../ebms/index.ts';
import type { Hit, PModeCheck } from './check-table.ts';
import { at, eachLeg, isTest } from './leg-hits.ts';
import type { LegDraft } from './resolve.ts';
import { formatDuration, formatSize } from './units.ts';
import { legWeakModes } from './weak-modes.ts';

const SHORTEST_DISTANCE = 100;
const POLITE_DISTANCE = 10_000;
const LONGEST_WINDOW = 30 * 86_400_000;

function retryDistance({ leg }: LegDraft): number {
  const { retries, window } = leg.receptionAwareness;
  return retries === 0 ? Number.POSITIVE_INFINITY : window / retries;
}

/** Why retries and window do not fit together, or undefined. */
function retryFault(one: LegDraft): string | undefined {
  const { retries, window, strategy } = one.leg.receptionAwareness;
  if (strategy === 'once' && retries > 0) return `strategy once does not go with ${retries} retries`;
  if (strategy !== 'once' && retries === 0) return `strategy ${strategy} needs at least one retry`;
  if (window > LONGEST_WINDOW) return 'a window of more than 30 days outlives the memory for duplicates';
  return retryDistance(one) < SHORTEST_DISTANCE
    ? `${retries} retries in ${formatDuration(window)} leave less than ${SHORTEST_DISTANCE} ms between two`
    : undefined;
}

function payloadFaults(one: LegDraft): readonly Hit[] {
  const { minParts, maxParts, maxPartSize, maxMessageSize } = one.leg.payload;
  const parts =
    minParts > maxParts
      ? at(
          one,
          ['payload', 'minParts'],
          `at least ${minParts} and at most ${maxParts} parts exclude each other`,
        )
      : [];
  const sizes =
    maxPartSize > maxMessageSize
      ? at(
          one,
          ['payload', 'maxPartSize'],
          `a part may have ${formatSize(maxPartSize)}, the whole message only ${formatSize(maxMessageSize)}`,
        )
      : [];
  return [...parts, ...sizes];
}

/** Checks of the values of a leg. */
export const valueChecks: readonly PModeCheck[] = [
  {
    name: 'test-service-pair',
    severity: 'error',
    about: 'Service and action of the test service come together (eDelivery AS4 1.15 §1.4.2.4).',
    advice: `Use service ${testService} with action ${testAction}.`,
    run: (draft) =>
      eachLeg(draft, (one) => {
        const { service, action } = one.leg;
        if (service === undefined || action === undefined) return [];
        if ((service.value === testService) === (action === testAction)) return [];
        return at(one, ['action'], 'only one of service and action is that of the test service');
      }),
  },
  {
    name: 'delivery-fits-leg',
    severity: 'error',
    about:
      'Test messages are never delivered; all others are, since their receipt says so (eDelivery AS4 1.15 §1.4.4.3).',
    advice: 'Leave delivery out: it follows from the service.',
    run: (draft) =>
      eachLeg(draft, (one) => {
        if (one.leg.service === undefined) return [];
        const expected = isTest(one) ? 'none' : 'inbox';
        if (one.leg.delivery === expected) return [];
        return at(one, ['delivery'], `delivery is ${one.leg.delivery} and must be ${expected}`);
      }),
  },
  {
    name: 'test-leg-present',
    severity: 'warning',
    about:
      'There is a leg for the test service, so that a connection can be tried (eDelivery AS4 1.15 §1.4.4.3).',
    advice: `Add { name: test, service: ${testService}, action: ${testAction} } to legs.`,
    run: (draft) =>
      draft.legs.length === 0 || draft.legs.some(isTest)
        ? []
        : [
            {
              path: ['legs'],
              message: 'no leg carries the test service, so quoin ping cannot be used',
              because: [['profile']],
            },
          ],
  },
  {
    name: 'properties-unique',
    severity: 'error',
    about: 'A leg names a message property once.',
    advice: 'Remove one of the two.',
    run: (draft) =>
      eachLeg(draft, (one) => {
        const seen = one.leg.properties.map(({ name }) => name);
        const twice = seen.filter((name, index) => seen.indexOf(name) !== index);
        return twice.flatMap((name) => at(one, ['properties'], `property ${name} is named twice`));
      }),
  },
  {
    name: 'payload-limits',
    severity: 'error',
    about: 'Limits for payloads do not contradict each other.',
    advice: 'Raise the larger or lower the smaller of the two.',
    run: (draft) => eachLeg(draft, payloadFaults),
  },
  {
    name: 'retry-arithmetic',
    severity: 'error',
    about: 'Retries, window and strategy fit: retries are spread over the window, 100 ms apart or more.',
    advice:
      'For example { retries: 4, window: 12m } for one retry every three minutes, or { retries: 0, strategy: once }.',
    run: (draft) =>
      eachLeg(draft, (one) => {
        const fault = retryFault(one);
        return fault === undefined ? [] : at(one, ['receptionAwareness', 'retries'], fault);
      }),
  },
  {
    name: 'retry-patience',
    severity: 'warning',
    about: 'Retries leave the partner ten seconds or more to recover.',
    advice: 'Lengthen the window or lower the number of retries.',
    run: (draft) =>
      eachLeg(draft, (one) =>
        retryDistance(one) >= POLITE_DISTANCE || retryFault(one) !== undefined
          ? []
          : at(
              one,
              ['receptionAwareness', 'window'],
              `retries come every ${Math.round(retryDistance(one))} ms`,
            ),
      ),
  },
  {
    name: 'encrypt-needs-sign',
    severity: 'error',
    about: 'What is encrypted is signed as well (eDelivery AS4 1.15 §1.4.2.6).',
    advice: 'Set sign: true, or both to false for a leg without message security.',
    run: (draft) =>
      eachLeg(draft, (one) =>
        one.leg.security.encrypt && !one.leg.security.sign
          ? at(one, ['security', 'sign'], 'encrypted but not signed')
          : [],
      ),
  },
  {
    name: 'weak-security',
    severity: 'warning',
    about: 'Weaker modes are switched on by name and announced in the log.',
    advice: 'Remove the switch as soon as the partner can do without.',
    run: (draft) =>
      eachLeg(draft, (one) => legWeakModes(one.leg).flatMap(({ path, mode }) => at(one, path, mode))),
  },
];
