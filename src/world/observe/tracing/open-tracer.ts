import { randomBytes } from 'node:crypto';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Link, Tracer } from '@opentelemetry/api';
import type {
  BasicTracerProvider,
  IdGenerator,
  ReadableSpan,
  SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { identityOf } from './identity.ts';
import type { SpanIdentity } from './identity.ts';
import type { SpanFacts } from './span-table.ts';
import type { TracingOptions } from './options.ts';

/** Writes spans. */
export interface SpanWriter {
  /** Writes a span that has just ended, with a child for each of its steps. */
  write(span: SpanFacts, endedAt: number): void;
  /** Sends what is left; never rejects. */
  close(): Promise<void>;
}

/** Who is told of batches that the collector did not take. */
export type ExportFailure = (reason: string, spans: number) => void;

/** Characters of an attribute; ids are shorter, and nothing longer belongs there. */
const LONGEST_VALUE = 256;

/** ms a batch may take at the end, when the process wants to go. */
const LAST_EXPORT_MS = 5_000;

/** Loads OpenTelemetry and opens the way to the collector. */
export async function openTracer(options: TracingOptions, failed: ExportFailure): Promise<SpanWriter> {
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = new OTLPTraceExporter({
    url: options.url,
    headers: { ...options.headers },
    timeoutMillis: 10_000,
  });
  const ids = new ForcedIds();
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ ...options.resource }),
    // By the trace id alone, so that all access points keep or leave the same messages.
    sampler: new sdk.TraceIdRatioBasedSampler(options.ratio),
    idGenerator: ids,
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      new sdk.BatchSpanProcessor(telling(exporter, failed), {
        scheduledDelayMillis: options.delayMs ?? 5_000,
      }),
    ],
  });
  return new OtelWriter(api, provider, ids);
}

/** Ids at random, save one that is asked for. */
class ForcedIds implements IdGenerator {
  next: SpanIdentity | undefined;

  generateTraceId(): string {
    return this.next?.traceId ?? randomBytes(16).toString('hex');
  }

  generateSpanId(): string {
    return this.next?.spanId ?? randomBytes(8).toString('hex');
  }
}

type Api = typeof OpenTelemetry;

class OtelWriter implements SpanWriter {
  readonly #api: Api;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #ids: ForcedIds;

  constructor(api: Api, provider: BasicTracerProvider, ids: ForcedIds) {
    this.#api = api;
    this.#provider = provider;
    this.#tracer = provider.getTracer('quoin');
    this.#ids = ids;
  }

  write(facts: SpanFacts, endedAt: number): void {
    const { SpanStatusCode, SpanKind, trace, ROOT_CONTEXT } = this.#api;
    const startTime = endedAt - facts.tookMs;
    const message = facts.messageId === undefined ? undefined : identityOf(facts.messageId);
    const options = {
      kind: SpanKind[facts.kind],
      startTime,
      attributes: {
        ...facts.attributes,
        ...(facts.error === undefined ? {} : { 'error.type': facts.error }),
      },
      links: this.#links(facts.conversationId),
    };
    // The first span of a message takes the ids that the others, here and at the partner, know from its MessageId.
    this.#ids.next = facts.first ? message : undefined;
    const parent = facts.first || message === undefined ? ROOT_CONTEXT : this.#within(message);
    const span = this.#tracer.startSpan(facts.name, options, parent);
    this.#ids.next = undefined;
    if (facts.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: facts.error });
    this.#steps(facts, startTime, trace.setSpan(ROOT_CONTEXT, span));
    span.end(endedAt);
  }

  #steps({ steps }: SpanFacts, startTime: number, parent: Context): void {
    let at = startTime;
    for (const [step, ms] of Object.entries(steps)) {
      this.#tracer.startSpan(step, { startTime: at }, parent).end((at += ms));
    }
  }

  /** All messages of a conversation, wherever they are traced, link to one and the same. */
  #links(conversationId: string | undefined): Link[] {
    if (conversationId === undefined) return [];
    const context = { ...identityOf(conversationId), traceFlags: this.#api.TraceFlags.SAMPLED };
    return [{ context, attributes: { 'messaging.message.conversation_id': conversationId } }];
  }

  #within(message: SpanIdentity): Context {
    const { trace, ROOT_CONTEXT, TraceFlags } = this.#api;
    return trace.setSpanContext(ROOT_CONTEXT, { ...message, traceFlags: TraceFlags.SAMPLED, isRemote: true });
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_EXPORT_MS);
    });
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

/** The same exporter, whose failures are told: OpenTelemetry itself keeps them to itself. */
function telling(exporter: SpanExporter, failed: ExportFailure): SpanExporter {
  return {
    export: (spans: ReadableSpan[], done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) failed(result.error.message, spans.length);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
