import { gunzipBounded } from '../protocol/as4/index.ts';
import { explainMatch } from '../protocol/pmode/index.ts';
import type { MshContext } from './context.ts';
import { openBytes } from './keep-bytes.ts';
import { sayBusiness } from './deliver/business.ts';
import { acknowledge, lease, redeliver, release } from './deliver/inbox.ts';
import { startRetention } from './deliver/retention.ts';
import { answerDue } from './documents/answer.ts';
import { failureFrom } from './messages.ts';
import { PartnerDesk } from './partners/desk.ts';
import { partnersOf } from './partners/partner-status.ts';
import { ringForPartner, startRounds } from './partners/rounds.ts';
import type { Rounds } from './partners/rounds.ts';
import type { InboundMessage, PayloadHandle } from './ports/index.ts';
import { receive } from './receive/receive.ts';
import { repeat } from './repeat.ts';
import { Hand } from './send/hand.ts';
import { Handover } from './send/handover.ts';
import { resend } from './send/resend.ts';
import { send } from './send/send.ts';
import { upcomingAttempts } from './send/settle.ts';
import type { SendContext } from './send/send-context.ts';
import { startSweeper } from './send/sweeper.ts';
import type { Intake } from './submit/intake.ts';
import { ping } from './submit/ping.ts';
import { submit } from './submit/submit.ts';
import type { Msh, OutboundStatus } from './types.ts';

/** The operations of the ebMS3 messaging model over the given world; without an intake every submission is taken. */
export function createMsh(world: MshContext, intake?: Intake): Msh {
  const { store } = world;
  const desk = new PartnerDesk(world, (partner) => ringForPartner(world, partner));
  const sending: SendContext = { ...world, desk, hand: new Hand() };
  const handover = new Handover(sending);
  const context: SendContext = { ...sending, keepSubmission: (message) => handover.keep(message) };
  return {
    partners: partnersOf(context, desk),
    submit: (submission, parts) => submit(context, submission, parts, intake),
    ping: (target) => ping(context, target),
    receive: (request) => receive(context, request),
    status: (messageId) => status(context, messageId),
    listOutbound: (filter, page) => store.listOutbound(filter, page),
    inbox: (filter, page) => store.listInbound(filter, page),
    receivedAs: (id) => receivedAs(context, id),
    inbound: async (id) => onlyOne(await receivedAs(context, id)),
    openPayload: (payload, options) => openPayload(context, payload, options),
    inboundEnvelope: (rowId) => store.inboundEnvelope(rowId),
    lease: (wish) => lease(context, wish),
    acknowledge: (rowId, leaseId) => acknowledge(context, rowId, leaseId),
    release: (rowId, leaseId) => release(context, rowId, leaseId),
    redeliver: (message, by) => redeliver(context, message, by),
    resend: (messageId, by) => resend(context, messageId, by),
    sayBusiness: (direction, message, word) => sayBusiness(context, direction, message, word),
    journal: (filter, page) => store.listJournal(filter, page),
    explain: (facts) => explainMatch(context.agreements().pmodes, facts),
    ...life(context, handover),
  };
}

async function status(context: SendContext, messageId: string): Promise<OutboundStatus | undefined> {
  const message = await context.store.findOutbound(messageId);
  if (message === undefined) return undefined;
  const attempts = await context.store.attemptsOf(message.rowId);
  return { message, attempts, upcoming: upcomingAttempts(context, message) };
}

async function receivedAs({ store }: MshContext, id: string): Promise<readonly InboundMessage[]> {
  const byRow = await store.getInbound(id);
  return byRow === undefined ? store.findInbound(id) : [byRow];
}

function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** What we compressed ourselves is known to be sound; only its size could not be bounded again here. */
function openPayload(
  context: MshContext,
  payload: PayloadHandle,
  { compressed, inline }: Parameters<Msh['openPayload']>[1],
): AsyncIterable<Uint8Array> {
  const kept = inline === undefined ? openBytes(context, payload) : atHand(inline);
  return compressed ? gunzipBounded(kept, { maxBytes: Infinity, maxRatio: Infinity }) : kept;
}

async function* atHand(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Desk, workers, sweeper and rounds: started once, stopped in reverse. */
function life(context: SendContext, handover: Handover): Pick<Msh, 'start' | 'stop'> {
  const { desk } = context;
  let sweeper: ReturnType<typeof startSweeper> | undefined;
  let rounds: Rounds | undefined;
  let answers: ReturnType<typeof repeat> | undefined;
  let retention: ReturnType<typeof startRetention> | undefined;
  return {
    start: async () => {
      // Nothing may go out to a partner who was paused before the start.
      await desk.followControls();
      context.queue.listen((rowId) => send(context, rowId), {
        concurrency: context.sending.places,
        onError: (rowId, error) =>
          context.observer.emit({
            event: 'send/defect',
            level: 'error',
            rowId,
            failure: failureFrom('send/settle', error),
          }),
      });
      handover.open();
      rounds = startRounds(context, desk, context.times.roundMs);
      sweeper = startSweeper(context, (lane) => desk.takes(lane));
      // Before anything new comes: what a process that died had left to be answered.
      answers = repeat(async () => {
        await answerDue(context);
        return context.times.sweepIntervalMs;
      });
      retention = startRetention(context);
      await Promise.all([sweeper.ready, answers.first]);
    },
    stop: async () => {
      await Promise.all([sweeper?.stop(), answers?.stop(), retention?.stop()]);
      await rounds?.stop();
      await Promise.all([handover.close(), context.queue.close()]);
      await desk.settled();
    },
  };
}
