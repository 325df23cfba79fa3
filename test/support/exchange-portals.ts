import { createExchanges } from '../../src/oots/index.ts';
import type { Exchanges } from '../../src/oots/index.ts';
import type { ApiKey } from '../../src/config/index.ts';
import { ourselvesIn } from '../../src/protocol/pmode/index.ts';
import { serveApi } from '../faces/rest/api.ts';
import type { ServedApi } from '../faces/rest/api.ts';
import { pairExchange } from './exchange-pair.ts';
import { PREVIEWS, recorderOf } from './exchange-recorders.ts';
import type { TestClock, TestGateway } from './test-gateway.ts';
import type { Ending, PairOptions } from './test-pair.ts';

/** One side of an exchange: its access point, what is followed there, and its API. */
export interface Side {
  readonly gateway: TestGateway;
  readonly exchanges: Exchanges;
  readonly api: ServedApi;
  /** Resolves when everything the access point has by now is on record. */
  readonly record: () => Promise<void>;
}

/** A portal behind AP_A and a provider behind AP_B. */
export interface Portals {
  readonly portal: Side;
  readonly provider: Side;
  readonly clock: TestClock;
  /** Resolves when all that was sent has arrived, and both have it on record. */
  readonly settled: () => Promise<void>;
}

/** Two access points that refuse invalid documents unless told otherwise, each with its API. */
export async function openPortals(
  test: Ending,
  {
    keys,
    providerKeys,
    documentCheck = '{ inbound: refuse, outbound: refuse }',
    ...options
  }: PairOptions & {
    readonly keys?: readonly ApiKey[];
    readonly providerKeys?: readonly ApiKey[];
    readonly documentCheck?: string;
  } = {},
): Promise<Portals> {
  const { a, b, clock } = await pairExchange(test, documentCheck, options);
  const portal = await openSide(test, a, keys);
  const provider = await openSide(test, b, providerKeys);
  const settled = async (): Promise<void> => {
    for (let round = 0; round < 2; round += 1) await Promise.all([a.settled(), b.settled()]);
    await portal.record();
    await provider.record();
  };
  return { portal, provider, clock, settled };
}

async function openSide(
  test: Ending,
  gateway: TestGateway,
  keys: readonly ApiKey[] | undefined,
): Promise<Side> {
  const { world, msh, context, pmodes } = gateway;
  const recorder = recorderOf(gateway);
  const exchanges = createExchanges({
    msh,
    store: world.store,
    nature: context.nature,
    idDomain: context.idDomain,
    previews: PREVIEWS,
    recordNow: () => recorder.record(),
    countryIn: (pmodeId) => ourselvesIn(pmodes, pmodeId)?.country,
  });
  const api = await serveApi(test, msh, { exchanges, ...(keys === undefined ? {} : { keys: () => keys }) });
  return { gateway, exchanges, api, record: () => recorder.record() };
}
