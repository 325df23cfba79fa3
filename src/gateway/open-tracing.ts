import { createTracing } from '../world/observe/index.ts';
import type { Making } from './making.ts';
import { programVersion } from '../program-version.ts';

/** Traces, where the configuration asks for them; closed after everything that has something to tell. */
export function openTracing({ config, observer, closings, signals }: Making): void {
  const { tracing, accessPoint } = config;
  if (tracing === undefined) return;
  const traces = createTracing(observer, {
    url: `${tracing.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: headersOf(tracing.headers?.() ?? ''),
    ratio: tracing.ratio,
    resource: {
      'service.name': tracing.service,
      'service.version': programVersion(),
      'service.instance.id': accessPoint.party,
    },
  });
  closings.push(() => traces.close());
  signals.later.push(() => traces.begin());
}

/** `NAME: VALUE`, one a line; the check of the configuration has refused anything else. */
function headersOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
