import type { Msh } from '../msh/index.ts';
import { createExchanges, createRecorder, refuseDocument } from '../oots/index.ts';
import type { AnswerWish, Exchange, Exchanges, Recorder } from '../oots/index.ts';
import { ourselvesIn } from '../protocol/pmode/index.ts';
import type { Making, World } from './making.ts';

/** ms between two looks for what other nodes have taken, and for who waits in vain. */
const POLL_MS = 1000;

/** What whoever asked is told when nobody answered in time (TDD 4.4 4.4.3). */
const TIMEOUT: AnswerWish = { outcome: 'exception', exception: 'TimeoutExceptionType' };

/** What follows evidence exchanges, and what may be done in them. */
export interface OpenExchanges {
  readonly recorder: Recorder;
  readonly exchanges: Exchanges;
}

/** Evidence exchanges; nothing where the configuration says so. Their recorder begins when it is started. */
export function openExchanges({ config, loaded }: Making, world: World, msh: Msh): OpenExchanges | undefined {
  const { record, keepMs, previewLinkMs, previewSessionMs, ...times } = config.exchanges;
  if (!record) return undefined;
  const { store, observer, nature, idDomain } = world;
  const self = (pmodeId: string) => ourselvesIn(loaded().agreements.pmodes, pmodeId);
  const answerOverdue = async (exchange: Exchange): Promise<void> => {
    await exchanges.answer(exchange, TIMEOUT);
  };
  const recorder: Recorder = createRecorder({
    store,
    msh,
    observer,
    nature,
    times: { ...times, keepMs, pollMs: POLL_MS },
    ...(config.exchanges.answerOverdue ? { answerOverdue } : {}),
    refuse: (document) => refuseDocument({ store, msh, observer, nature, self }, document),
  });
  const exchanges: Exchanges = createExchanges({
    store,
    msh,
    nature,
    idDomain,
    previews: { linkMs: previewLinkMs, mostMs: times.previewMs, sessionMs: previewSessionMs },
    recordNow: () => recorder.record(),
    countryIn: (pmodeId) => self(pmodeId)?.country,
  });
  return { recorder, exchanges };
}
