import { setTimeout as sleep } from 'node:timers/promises';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { CertificateFacts } from '../../protocol/errors/index.ts';
import { callJson } from './api-client.ts';
import type { ApiAddress } from './api-client.ts';
import { EXIT, facts, plain, styled, table } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** An attempt as the API tells it. Times are ISO 8601. */
interface AttemptView {
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly address: string;
  readonly outcome: string;
  readonly httpStatus?: number;
  readonly failure?: FailureView;
}

interface FailureView {
  readonly code: string;
  readonly message: string;
  readonly ebms?: string;
  readonly step?: string;
  readonly finding?: {
    readonly check?: string;
    readonly field?: string;
    readonly expected?: string;
    readonly found?: string;
    readonly advice?: string;
    readonly certificate?: CertificateFacts;
  };
  /** What the partner answered; nobody has proven that it comes from the partner unless `verified`. */
  readonly partnerErrors?: {
    readonly verified: boolean;
    readonly errors: readonly {
      readonly errorCode: string;
      readonly shortDescription?: string;
      readonly errorDetail?: string;
      readonly description?: { readonly text: string };
    }[];
  };
}

/** The status of a sent message as the API tells it. */
export interface StatusView {
  readonly messageId: string;
  readonly conversationId: string;
  readonly state: string;
  readonly pmode: string;
  readonly attempts: readonly AttemptView[];
  readonly upcomingAttempts?: readonly string[];
  readonly receipt?: { readonly messageId: string; readonly timestamp: string; readonly signer?: string };
  readonly failure?: FailureView;
  readonly business?: {
    readonly status: 'unknown' | 'accepted' | 'rejected';
    readonly at?: string;
    readonly by?: string;
    readonly reason?: string;
  };
}

/** How far to follow a message: as it is now, until the first attempt has its outcome, or until nothing can change. */
export type Patience = 'now' | 'attempted' | 'final';

const FINAL: readonly string[] = ['ACKNOWLEDGED', 'SEND_FAILURE', 'DELETED'];
const ENOUGH: Readonly<Record<Patience, (status: StatusView) => boolean>> = {
  now: () => true,
  attempted: ({ state, attempts }) => FINAL.includes(state) || attempts.length > 0,
  final: ({ state }) => FINAL.includes(state),
};

/** ms between two looks at a message: short at first, since most are acknowledged at once. */
const PAUSE = { first: 50, longest: 2000 };

/** Follows a message; what went wrong meanwhile is told on standard error as it happens. */
export async function follow(
  terminal: Pick<Terminal, 'err' | 'status'>,
  api: ApiAddress,
  messageId: string,
  patience: Patience,
): Promise<StatusView> {
  const started = Date.now();
  let told = 0;
  let named = false;
  for (let pause = PAUSE.first; ; pause = Math.min(pause * 1.5, PAUSE.longest)) {
    const status = await look(api, messageId, patience);
    terminal.status?.(undefined);
    if (ENOUGH[patience](status)) return status;
    const isSlow = Date.now() - started > QUIET || status.attempts.length > 0;
    // Whoever stops waiting needs the id to ask again.
    if (isSlow && !named)
      terminal.err(plain(`${messageId} is kept; quoin status ${messageId} tells how it stands`));
    named ||= isSlow;
    for (const attempt of status.attempts.slice(told)) tellAttempt(terminal, attempt, status);
    told = status.attempts.length;
    if (isSlow) terminal.status?.(waitingFor(status));
    await sleep(pause);
  }
}

/** ms before a person is told what is waited for: most messages are acknowledged sooner. */
const QUIET = 1000;

function waitingFor({ state, attempts, upcomingAttempts = [] }: StatusView): string {
  const [next] = upcomingAttempts;
  if (state === 'WAITING_FOR_RETRY' && next !== undefined)
    return `Ctrl-C stops waiting, not sending: attempt ${attempts.length + 1} at ${next}${fromNow(next)}`;
  const what = state === 'SEND_ENQUEUED' ? 'its turn' : 'the receipt';
  return `Ctrl-C stops waiting, not sending: attempt ${attempts.length + 1} waits for ${what}`;
}

/** Whoever waits is told that the message is safe when the access point goes away meanwhile. */
async function look(api: ApiAddress, messageId: string, patience: Patience): Promise<StatusView> {
  try {
    return await callJson<StatusView>(api, { path: `/v1/messages/${encodeURIComponent(messageId)}` });
  } catch (error) {
    if (patience === 'now' || !(error instanceof QuoinError) || !error.code.startsWith('cli/')) throw error;
    const advice = `The message is kept. Once the access point runs again: quoin status ${messageId}`;
    throw new QuoinError(error.code, error.message, {
      cause: error,
      finding: { check: 'api-answers', found: error.finding?.found, advice },
    });
  }
}

function tellAttempt(terminal: Pick<Terminal, 'err'>, attempt: AttemptView, status: StatusView): void {
  const next = status.upcomingAttempts?.[0];
  const when = next === undefined ? '' : ` Next attempt at ${next}.`;
  terminal.err(
    plain(`attempt ${attempt.number}: ${attempt.failure?.message ?? attempt.outcome}${when} (still waiting)`),
  );
}

/** The exit code a followed message deserves. */
export function exitCodeOf(status: StatusView): number {
  return status.state === 'ACKNOWLEDGED' ? EXIT.done : EXIT.failed;
}

const COLOURS: Readonly<Record<string, 'green' | 'red'>> = { ACKNOWLEDGED: 'green', SEND_FAILURE: 'red' };

/** Prints a status for a person, or as one line of JSON. */
export function printStatus(terminal: Terminal, status: StatusView, json: boolean): void {
  if (json) return terminal.out(JSON.stringify(status));
  const state = styled(terminal, COLOURS[status.state] ?? 'yellow', status.state);
  terminal.out(`${styled(terminal, 'bold', status.messageId)}  ${state}`);
  terminal.out(plain(`conversation ${status.conversationId}, P-Mode ${status.pmode}`));
  if (status.attempts.length > 0)
    table(terminal, ['attempt', 'at', 'took', 'HTTP', 'outcome', 'address'], status.attempts.map(attemptRow));
  if (status.receipt)
    terminal.out(plain(`receipt ${status.receipt.messageId} of ${status.receipt.timestamp}, verified`));
  if (status.failure) printFailure(terminal, status.failure);
  for (const [index, at] of (status.upcomingAttempts ?? []).entries())
    terminal.out(
      plain(`${index === 0 ? 'next attempt at' : 'then at        '} ${at}${index === 0 ? fromNow(at) : ''}`),
    );
  printBusiness(terminal, status);
}

/** What the backend of the receiving side made of it, a fact of its own beside the receipt. */
function printBusiness(terminal: Terminal, { business }: StatusView): void {
  if (business === undefined || business.status === 'unknown') return;
  const { status, at, by, reason } = business;
  const told = [`business ${status}`, at && `at ${at}`, by && `by ${by}`, reason && `: ${reason}`];
  const line = told.filter((part) => part !== undefined && part !== '').join(' ');
  terminal.out(styled(terminal, status === 'rejected' ? 'red' : 'green', line));
}

function fromNow(at: string): string {
  const seconds = Math.round((Date.parse(at) - Date.now()) / 1000);
  return seconds <= 0 ? '' : seconds < 120 ? ` (in ${seconds} s)` : ` (in ${Math.round(seconds / 60)} min)`;
}

function attemptRow(attempt: AttemptView): readonly string[] {
  return [
    String(attempt.number),
    attempt.startedAt,
    `${Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt)} ms`,
    String(attempt.httpStatus ?? '-'),
    attempt.outcome,
    attempt.address,
  ];
}

/** What went wrong, on what, and what to do; the partner's own words are marked when nothing proves them. */
function printFailure(terminal: Terminal, failure: FailureView): void {
  const { message, ebms, code, step, finding, partnerErrors } = failure;
  const certificate = finding?.certificate;
  terminal.out(styled(terminal, 'red', ebms === undefined ? message : `${ebms}: ${message}`));
  facts(terminal.out, [
    ['step', step],
    ['check', finding?.check],
    ['field', finding?.field],
    ['expected', finding?.expected],
    ['found', finding?.found],
    ['subject', certificate?.subject],
    ['issuer', certificate?.issuer],
    ['serial', certificate?.serialNumber],
    ['valid', certificate && `${certificate.notBefore} to ${certificate.notAfter}`],
    ...(partnerErrors?.errors ?? []).map(
      (error) => [partnerErrors?.verified === true ? 'partner' : 'unverified', partnerWords(error)] as const,
    ),
    ['advice', finding?.advice],
    ['code', code],
  ]);
}

type PartnerError = NonNullable<FailureView['partnerErrors']>['errors'][number];

function partnerWords({ errorCode, shortDescription, description, errorDetail }: PartnerError): string {
  return [errorCode, shortDescription, description?.text, errorDetail]
    .filter((part) => part !== undefined)
    .join(': ');
}
