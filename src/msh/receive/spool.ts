import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import type { MshContext } from '../context.ts';
import { discardPayloads } from '../discard-payloads.ts';
import type { PayloadHandle } from '../ports/index.ts';

/** Payload parts that came before the SOAP part, waiting in the payload store as they are on the wire. */
export interface Spool {
  readonly add: (part: MimePart) => Promise<void>;
  /** The waiting parts in order. */
  readonly replay: () => AsyncGenerator<MimePart>;
  /** Removes all of them. */
  readonly discard: () => Promise<void>;
}

interface SpooledPart {
  readonly part: MimePart;
  readonly handle: PayloadHandle;
}

/** Bytes that wait in all spools of an access point. */
const waitingIn = new WeakMap<MshContext, number>();

/**
 * A spool bounded by the configured bytes, all messages together: unproven senders must not be able to fill the disk,
 * however many there are.
 */
export function createSpool(context: MshContext): Spool {
  const waiting: SpooledPart[] = [];
  const { spoolBytes } = context.limits;
  let taken = 0;
  const take = (bytes: number): void => {
    taken += bytes;
    const all = (waitingIn.get(context) ?? 0) + bytes;
    waitingIn.set(context, all);
    if (taken > spoolBytes) throw tooMuch(spoolBytes);
    if (all > spoolBytes) throw full(spoolBytes);
  };
  return {
    add: async (part) => {
      const writer = await context.payloads.create();
      try {
        for await (const chunk of part.body) {
          take(chunk.byteLength);
          await writer.write(chunk);
        }
        waiting.push({ part, handle: await writer.commit() });
      } catch (error) {
        await writer.abort();
        throw error;
      }
    },
    replay: async function* () {
      for (const { part, handle } of waiting) yield { ...part, body: context.payloads.open(handle) };
    },
    discard: async () => {
      waitingIn.set(context, (waitingIn.get(context) ?? 0) - taken);
      taken = 0;
      await discardPayloads(
        context,
        waiting.map(({ handle }) => handle),
      );
    },
  };
}

function tooMuch(limit: number): Refusal {
  return new Refusal('EBMS:0007', 'receive/soap-part-late', 'Too much payload precedes the SOAP part.', {
    finding: {
      check: 'soap-part-first',
      field: 'Content-Type start',
      expected: `the SOAP part first, or at most ${limit} bytes before it`,
      advice: 'Send the SOAP part as the first MIME part.',
    },
  });
}

/** The partner did nothing wrong: others fill the spool, and it may come again. */
function full(limit: number): QuoinError {
  return new QuoinError('receive/spool-full', 'Too many messages wait for their SOAP part.', {
    finding: {
      check: 'spool-has-room',
      field: 'limits.spoolSize',
      expected: `at most ${limit} bytes before the SOAP part, all messages together`,
      advice: 'See who sends payloads first; a partner should send the SOAP part as the first MIME part.',
    },
  });
}
