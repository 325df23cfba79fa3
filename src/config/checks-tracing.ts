import type { ConfigCheck, ConfigHit } from './check-table.ts';

/** What speaks against a text as the address of a collector. */
function endpointFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'the address of the collector cannot be read';
  const { protocol, username, password, search, hash } = new URL(text);
  if (!/^https?:$/.test(protocol))
    return 'the address of the collector does not begin with http:// or https://';
  if (username !== '' || password !== '') return 'the address of the collector holds a user or password';
  if (search !== '' || hash !== '') return 'the address of the collector has a query or fragment';
  return undefined;
}

/** Lines that are no header; they may hold a secret, so they are never repeated. */
function headerHits(text: string): readonly ConfigHit[] {
  return text.split(/\r?\n/).flatMap((line, index) =>
    /^[\w!#$%&'*+.^`|~-]+:[ \t]*[\x20-\x7e]+$/.test(line) || line.trim() === ''
      ? []
      : [
          {
            path: ['tracing', 'headersFile'],
            message: `line ${index + 1} of the file of headers is not NAME: VALUE`,
          },
        ],
  );
}

/** Checks of where traces go. */
export const tracingChecks: readonly ConfigCheck[] = [
  {
    name: 'tracing-endpoint',
    severity: 'error',
    about: 'The collector of traces is named by an http or https URL.',
    advice:
      'Write its OTLP/HTTP address, http://collector:4318 for example; secrets belong into headersFile.',
    run: ({ config: { tracing }, written }) => {
      if (written.tracing === undefined) return [];
      const fault =
        tracing === undefined ? 'tracing is set, but no collector is named' : endpointFault(tracing.endpoint);
      return fault === undefined ? [] : [{ path: ['tracing', 'endpoint'], message: fault }];
    },
  },
  {
    name: 'tracing-headers',
    severity: 'error',
    about: 'The file of headers for the collector can be read, and holds headers.',
    advice: 'Write one header a line, NAME: VALUE, and give this user the right to read the file.',
    run: ({ config: { tracing }, written }) => {
      const file = written.tracing?.headersFile;
      if (file === undefined || tracing === undefined) return [];
      const text = tracing.headers?.();
      if (text === undefined)
        return [{ path: ['tracing', 'headersFile'], message: `no headers can be read from ${file}` }];
      return headerHits(text);
    },
  },
];
