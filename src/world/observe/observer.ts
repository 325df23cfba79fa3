import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { MshEvent, Observer } from '../../msh/ports/index.ts';
import { redactFields } from './redact.ts';
import { prettyLine } from './pretty.ts';

/** The levels a log may be kept at; `silent` keeps none. */
export type LogLevel = MshEvent['level'] | 'silent';

/** How the log is written. */
export interface ObserverOptions {
  readonly level: LogLevel;
  /** Where lines go: something with `write`, or standard output. */
  readonly destination?: DestinationStream | undefined;
  /** One readable line an event instead of JSON. */
  readonly pretty?: boolean | undefined;
}

/** Sees every event, whatever the log level, with secrets already taken out. */
export type EventListener = (event: MshEvent) => void;

/** The log of the access point, and a place to watch events as they happen. */
export interface EventLog extends Observer {
  /** Calls the listener for each event from now on; the result takes it away again. */
  observe(listener: EventListener): () => void;
}

/** Names the log line uses itself. */
const RESERVED = new Set(['level', 'time']);

function lastResort(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`log could not be written: ${reason}\n`);
}

function standardOutput(): DestinationStream {
  const stream = pino.destination({ fd: 1, sync: true });
  stream.on('error', lastResort);
  return stream;
}

function createLogger(options: ObserverOptions): Logger {
  const target = options.destination ?? standardOutput();
  const destination = options.pretty ? { write: (line: string) => target.write(prettyLine(line)) } : target;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

function lineOf(event: MshEvent): Record<string, unknown> {
  const entries = Object.entries(event).map(([name, value]) => [
    RESERVED.has(name) ? `event_${name}` : name,
    value,
  ]);
  const { event_level: _level, ...fields } = Object.fromEntries(entries) as Record<string, unknown>;
  return fields;
}

/**
 * Writes events as structured log lines (docs/events.md): `level`, `time` in ISO 8601, `event` and the event's fields.
 * Anything that looks like key material is replaced. `emit` never throws: a listener that does is reported as
 * `observe/listener-failed`, a log that cannot be written as one line on standard error.
 */
export function createObserver(options: ObserverOptions): EventLog {
  const logger = createLogger(options);
  const listeners = new Set<EventListener>();

  const tell = (listener: EventListener, event: MshEvent): void => {
    try {
      listener(event);
    } catch (error) {
      logger.error(redactFields({ event: 'observe/listener-failed', during: event.event, error }));
    }
  };

  return {
    emit(event) {
      try {
        if (listeners.size === 0 && !logger.isLevelEnabled(event.level)) return;
        const safe = redactFields(event) as unknown as MshEvent;
        logger[event.level](lineOf(safe));
        for (const listener of [...listeners]) tell(listener, safe);
      } catch (error) {
        lastResort(error);
      }
    },
    observe(listener) {
      // A wrapper of its own, so that one function given twice is told twice and taken away once.
      const own: EventListener = (event) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
