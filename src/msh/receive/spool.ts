import { Refusal } from '../../protocol/errors/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import type { MshContext } from '../context.ts';
import type { PayloadHandle } from '../ports/index.ts';

/** Payload parts that came before the SOAP part, waiting in the payload store as they are on the wire. */
export interface Spool {
  readonly add: (part: MimePart) => Promise<void>;
  /** The waiting parts in order; each is removed once its reader is done. */
  readonly replay: () => AsyncGenerator<MimePart>;
  readonly discard: () => Promise<void>;
}

interface SpooledPart {
  readonly part: MimePart;
  readonly handle: PayloadHandle;
}

/** A spool bounded by the configured bytes: an unproven sender must not be able to fill the disk. */
export function createSpool(context: MshContext): Spool {
  const waiting: SpooledPart[] = [];
  let left = context.limits.spoolBytes;
  return {
    add: async (part) => {
      const writer = await context.payloads.create();
      try {
        for await (const chunk of part.body) {
          left -= chunk.byteLength;
          if (left < 0) throw tooMuch(context.limits.spoolBytes);
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
      await Promise.all(waiting.map(({ handle }) => context.payloads.remove(handle)));
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
