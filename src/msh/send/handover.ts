import { failureFrom } from '../messages.ts';
import { NOTHING } from '../partners/evidence.ts';
import type { Place } from '../partners/desk.ts';
import type { FirstClaim, NewOutboundMessage } from '../ports/index.ts';
import { ring } from '../ring.ts';
import type { Kept } from '../submit/kept.ts';
import { startSteps } from '../step-clock.ts';
import type { StepClock } from '../step-clock.ts';
import { freshOf, inFirstAttempt, outlookOf } from './hand.ts';
import type { Fresh } from './hand.ts';
import type { SendContext } from './send-context.ts';
import { runClaimed } from './send.ts';
import { signFresh } from './sign.ts';

/** A first attempt that was begun before its message was kept. */
interface Begun {
  readonly place: Place;
  readonly claim: FirstClaim;
  readonly steps: StepClock;
}

const NOTHING_MORE = (): Promise<void> => Promise.resolve();

/**
 * Hands submissions over to sending. One whose partner has a place now is claimed and signed in the commit that keeps it;
 * any other is kept, held at hand and rung for. Either way all of it is in the store when it counts as accepted.
 */
export class Handover {
  readonly #context: SendContext;
  readonly #running = new Set<Promise<void>>();
  #isOpen = false;

  constructor(context: SendContext) {
    this.#context = context;
  }

  /** From now on first attempts may begin with the submission. */
  open(): void {
    this.#isOpen = true;
  }

  /** Begins no more; resolves when those that run have ended. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#running);
  }

  /** Keeps a submission; throws what `insertOutbound` throws. */
  async keep(message: NewOutboundMessage): Promise<Kept> {
    const fresh = freshOf(message);
    const begun = this.#isOpen ? this.#begin(fresh) : undefined;
    let isKept = false;
    try {
      const inserted = await this.#context.store.insertOutbound(message, begun?.claim);
      isKept = inserted.outcome === 'kept';
      return { ...inserted, go: isKept ? () => this.#goOn(fresh, begun) : NOTHING_MORE };
    } finally {
      if (!isKept) begun?.place.leave(NOTHING);
    }
  }

  /** A place and the signed envelope; undefined when there is no place, or when it could not be signed: an attempt tells why. */
  #begin(fresh: Fresh): Begun | undefined {
    const context = this.#context;
    const outlook = outlookOf(fresh);
    const place = context.desk.placeAtOnce(outlook);
    if (place === undefined) return undefined;
    const steps = startSteps(context.nature, 'send/sign');
    const envelope = signFresh(context, fresh);
    if (envelope === undefined) {
      place.leave(NOTHING);
      return undefined;
    }
    return { place, steps, claim: { at: context.nature.now(), leaseMs: context.times.leaseMs, envelope } };
  }

  #goOn(fresh: Fresh, begun: Begun | undefined): Promise<void> {
    if (begun !== undefined) {
      this.#run(fresh, begun);
      return Promise.resolve();
    }
    this.#context.hand.hold(fresh);
    return ring(this.#context, fresh.message.rowId);
  }

  #run(fresh: Fresh, { place, claim, steps }: Begun): void {
    const message = inFirstAttempt(fresh, claim);
    const attempt = runClaimed(this.#context, place, {
      message,
      steps,
      inline: fresh.inline,
      afterCutOff: false,
      address: '',
    }).catch((error: unknown) => {
      const failure = failureFrom('send/settle', error);
      this.#context.observer.emit({ event: 'send/defect', level: 'error', rowId: message.rowId, failure });
    });
    const running = attempt.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
