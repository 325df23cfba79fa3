import type { Msh, Notifier, PartnerStatus, WebhookStatus } from '../msh/index.ts';
import { cached, systemNature } from '../world/observe/index.ts';
import type { Sample } from '../world/observe/index.ts';
import type { Signals } from './signals.ts';

/** ms for which a look is good: whoever scrapes, the store is asked no more often. */
const FRESH_MS = 10_000;

const BREAKER_VALUE: Readonly<Record<PartnerStatus['breaker']['state'], number>> = {
  closed: 0,
  'half-open': 0.5,
  open: 1,
};

/** How partners and the endpoints of backends stand. */
export function addCareSignals(
  { gauges }: Pick<Signals, 'gauges'>,
  { partners }: Pick<Msh, 'partners'>,
  notifier: Pick<Notifier, 'webhooks'>,
): void {
  gauges.push(
    cached(
      {
        name: 'partners',
        metrics: ['quoin_partner_breaker', 'quoin_partner_paused'],
        collect: async () => (await partners.list()).flatMap(partnerSamples),
      },
      FRESH_MS,
    ),
    cached(
      {
        name: 'webhooks',
        metrics: ['quoin_webhook_waiting', 'quoin_webhook_oldest_waiting_seconds', 'quoin_webhook_failing'],
        collect: async () => {
          const now = systemNature.now();
          return (await notifier.webhooks()).flatMap((webhook) => webhookSamples(webhook, now));
        },
      },
      FRESH_MS,
    ),
  );
}

function partnerSamples({ name, breaker, pause }: PartnerStatus): readonly Sample[] {
  const labels = { partner: name };
  return [
    { metric: 'quoin_partner_breaker', value: BREAKER_VALUE[breaker.state], labels },
    { metric: 'quoin_partner_paused', value: pause === undefined ? 0 : 1, labels },
  ];
}

function webhookSamples(
  { name, waiting, oldestWaitingAt, failingSince }: WebhookStatus,
  now: number,
): readonly Sample[] {
  const labels = { webhook: name };
  const age = oldestWaitingAt === undefined ? 0 : (now - oldestWaitingAt) / 1000;
  return [
    { metric: 'quoin_webhook_waiting', value: waiting, labels },
    { metric: 'quoin_webhook_oldest_waiting_seconds', value: age, labels },
    { metric: 'quoin_webhook_failing', value: failingSince === undefined ? 0 : 1, labels },
  ];
}
