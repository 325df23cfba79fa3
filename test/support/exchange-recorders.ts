import { createRecorder, refuseDocument } from '../../src/oots/index.ts';
import type { Exchange, Recorder, RecorderContext } from '../../src/oots/index.ts';
import { ourselvesIn } from '../../src/protocol/pmode/index.ts';
import type { TestGateway } from './test-gateway.ts';

/** T1, T2 and T3, and how much longer requesters wait; ms. */
export const TIMES = {
  answerMs: 300_000,
  previewMs: 900_000,
  decisionMs: 2_400_000,
  patienceMs: 60_000,
  pollMs: 1000,
  keepMs: 365 * 86_400_000,
} as const;

/** How long links to previews and their sessions last there, ms. */
export const PREVIEWS = { linkMs: 900_000, mostMs: 900_000, sessionMs: 2_400_000 } as const;

/** The recorder of a gateway, run by hand. */
export function recorderOf(gateway: TestGateway, more: Partial<RecorderContext> = {}): Recorder {
  const { msh, context, pmodes, world } = gateway;
  const { observer, nature } = context;
  const self = (pmodeId: string) => ourselvesIn(pmodes, pmodeId);
  return createRecorder({
    store: world.store,
    msh,
    observer,
    nature,
    times: TIMES,
    refuse: (document) => refuseDocument({ store: world.store, msh, observer, nature, self }, document),
    ...more,
  });
}

/** Every exchange a gateway knows, the first begun first. */
export async function exchangesOf({ world }: TestGateway): Promise<readonly Exchange[]> {
  return [...(await world.store.listExchanges({}, { limit: 1000 })).items].reverse();
}
