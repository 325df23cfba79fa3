import { debuglog } from 'node:util';
import { QuoinError, describeError, isQuoinError } from '../../protocol/errors/index.ts';
import type { Finding } from '../../protocol/errors/index.ts';
import { ApiError } from './api-client.ts';
import { documentFacts } from './document-lines.ts';
import { fileError } from './faults.ts';
import { EXIT, facts, plain, styled } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What went wrong, told to a person on standard error, or with `--json` to a program; tells the exit code. */
export function complain(terminal: Terminal, error: unknown, json: boolean): number {
  const known = understood(error);
  if (json) terminal.err(JSON.stringify({ error: asJson(known) }));
  else tell(terminal, known);
  return exitCodeOf(known);
}

function understood(error: unknown): QuoinError {
  if (isQuoinError(error)) return error;
  if (error instanceof Error && 'path' in error && typeof error.path === 'string' && 'syscall' in error)
    return fileError(error.path, error);
  return new QuoinError('quoin/defect', `Something failed that nobody foresaw: ${describeError(error)}`, {
    cause: error,
    finding: { check: 'foreseen', advice: 'Report it. With NODE_DEBUG=quoin the place is shown too.' },
  });
}

const EXIT_CODES: Readonly<Record<string, number>> = {
  'cli/usage': EXIT.usage,
  'cli/file-unusable': EXIT.usage,
  'doctor/unknown-partner': EXIT.usage,
  'cli/no-access-point': EXIT.unreachable,
  'cli/connection-lost': EXIT.unreachable,
};

function exitCodeOf(error: QuoinError): number {
  if (error instanceof ApiError && error.status === 404) return EXIT.notFound;
  return EXIT_CODES[error.code] ?? EXIT.failed;
}

function tell(terminal: Terminal, error: QuoinError): void {
  const [first, ...rest] = error.message.split('\n');
  terminal.err(styled(terminal, 'red', first!));
  for (const line of rest) terminal.err(plain(line));
  const errors = error instanceof ApiError ? error.errors : [];
  for (const { field, detail } of errors) terminal.err(`  ${plain(`${field}: ${detail}`)}`);
  const document = error instanceof ApiError ? error.document : undefined;
  facts(terminal.err, documentFacts(document));
  facts(terminal.err, factsOf(error, errors.length > 0 || document !== undefined));
  if (error.code === 'quoin/defect' && debuglog('quoin').enabled)
    terminal.err(String((error.cause as { readonly stack?: unknown } | undefined)?.stack ?? error.cause));
}

/** What the message itself says already is not said twice. */
function factsOf(error: QuoinError, listed: boolean): readonly (readonly [string, string | undefined])[] {
  const finding: Partial<Finding> = error.finding ?? {};
  const unless = (text: string | undefined): string | undefined =>
    listed || text === undefined || error.message.includes(text) ? undefined : text;
  return [
    ['field', unless(finding.field)],
    ['expected', unless(finding.expected)],
    ['found', unless(finding.found)],
    ['advice', finding.advice],
    ['code', error.code === 'cli/usage' ? undefined : error.code],
  ];
}

function asJson(error: QuoinError): Record<string, unknown> {
  const { code, message, finding } = error;
  const more =
    error instanceof ApiError ? { status: error.status, errors: error.errors, document: error.document } : {};
  return { code, message, ...more, finding };
}
