import { describeError } from '../../../protocol/errors/index.ts';
import type { EventLog } from '../observer.ts';
import { openTracer } from './open-tracer.ts';
import type { ExportFailure, SpanWriter } from './open-tracer.ts';
import type { TracingOptions } from './options.ts';
import { spanOf } from './span-table.ts';

/** Traces on their way to a collector. */
export interface Tracing {
  /** Loads OpenTelemetry; until then spans wait. */
  begin(): Promise<void>;
  /** Sends what is left, within seconds. Never rejects. */
  close(): Promise<void>;
}

/** Spans that may wait for the library; more are lost to the traces, not to the log. */
const MOST_WAITING = 1_000;

/** ms in which failures of the collector are told once. */
const TOLD_EVERY = 60_000;

/**
 * Makes spans of events (docs/tracing.md): nothing in the pipelines knows of it, and what is no event of a message is in no
 * trace. A collector that does not answer costs traces only.
 */
export function createTracing(log: EventLog, options: TracingOptions): Tracing {
  const failed = tellSometimes(log);
  const waiting: Parameters<SpanWriter['write']>[] = [];
  let write: SpanWriter['write'] = (span, endedAt) => {
    if (waiting.length < MOST_WAITING) waiting.push([span, endedAt]);
  };
  const stop = log.observe((event) => {
    const span = spanOf(event);
    if (span !== undefined) write(span, Date.now());
  });
  let opening: Promise<SpanWriter | undefined> | undefined;
  const open = async (): Promise<SpanWriter | undefined> => {
    try {
      const writer = await openTracer(options, failed);
      for (const [span, endedAt] of waiting.splice(0)) writer.write(span, endedAt);
      write = (span, endedAt) => writer.write(span, endedAt);
      return writer;
    } catch (error) {
      stop();
      failed(describeError(error), waiting.splice(0).length);
      return undefined;
    }
  };
  return {
    begin: async () => {
      await (opening ??= open());
    },
    close: async () => {
      stop();
      await (await opening)?.close();
    },
  };
}

function tellSometimes(log: EventLog): ExportFailure {
  let toldAt = -Infinity;
  let lost = 0;
  return (reason, spans) => {
    lost += spans;
    if (performance.now() - toldAt < TOLD_EVERY) return;
    log.emit({ event: 'observe/traces-not-taken', level: 'warn', reason, spans: lost });
    toldAt = performance.now();
    lost = 0;
  };
}
