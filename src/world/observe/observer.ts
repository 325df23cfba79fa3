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
  /** The same for who keeps only numbers and known names of events: sees them as they were emitted, which costs less. */
  count(listener: EventListener): () => void;
}

function lastResort(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`log could not be written: ${reason}\n`);
}

/** ms a line waits at most for others, which are then written with it in one go; warnings and errors do not wait. */
const GATHER_MS = 20;

const GATHER_BYTES = 8 * 1024;

/** Somewhere lines go that may hold them back a moment. */
interface Lines extends DestinationStream {
  readonly flush?: () => void;
}

function standardOutput(): Lines {
  const stream = pino.destination({ fd: 1, sync: true, minLength: GATHER_BYTES });
  stream.on('error', lastResort);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      stream.flushSync();
    } catch (error) {
      lastResort(error);
    }
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      stream.write(line);
      timer ??= setTimeout(flush, GATHER_MS).unref();
    },
    flush,
  };
}

function createLogger(options: ObserverOptions, target: Lines): Logger {
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

const URGENT: ReadonlySet<LogLevel> = new Set(['warn', 'error']);

function lineOf({ level: _level, ...fields }: MshEvent): Record<string, unknown> {
  if (!('time' in fields)) return fields;
  const { time, ...others } = fields;
  return { ...others, event_time: time };
}

/**
 * Writes events as structured log lines (docs/events.md): `level`, `time` in ISO 8601, `event` and the event's fields.
 * Anything that looks like key material is replaced. `emit` never throws: a listener that does is reported as
 * `observe/listener-failed`, a log that cannot be written as one line on standard error.
 */
export function createObserver(options: ObserverOptions): EventLog {
  const lines: Lines = options.destination ?? standardOutput();
  const logger = createLogger(options, lines);
  const listeners = new Set<EventListener>();
  const counters = new Set<EventListener>();

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
        for (const counter of [...counters]) tell(counter, event);
        if (listeners.size === 0 && !logger.isLevelEnabled(event.level)) return;
        const safe = redactFields(event) as unknown as MshEvent;
        logger[event.level](lineOf(safe));
        if (URGENT.has(event.level)) lines.flush?.();
        for (const listener of [...listeners]) tell(listener, safe);
      } catch (error) {
        lastResort(error);
      }
    },
    observe: (listener) => joining(listeners, listener),
    count: (listener) => joining(counters, listener),
  };
}

function joining(listeners: Set<EventListener>, listener: EventListener): () => void {
  // A wrapper of its own, so that one function given twice is told twice and taken away once.
  const own: EventListener = (event) => listener(event);
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}
