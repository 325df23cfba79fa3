import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import type { ApiAddress } from '../api-client.ts';
import { styled, table } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { ApiOptions, CommandContext } from './context.ts';

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
}

const FINAL = new Set(['ACKNOWLEDGED', 'SEND_FAILURE', 'DELETED']);

/** `quoin status MESSAGE-ID`. */
export function addStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('state, attempts and receipt of a sent message')
    .argument('<message-id>')
    .option('--wait', 'wait until the state is final')
    .action(async (messageId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ApiOptions & { readonly wait?: boolean }>();
      const status = await fetchStatus(await apiAddress(context, options), messageId, {
        untilFinal: options.wait === true,
      });
      printStatus(context.terminal, status, options.json === true);
    });
}

/** Asks for a status, once or until it is final. */
export async function fetchStatus(
  api: ApiAddress,
  messageId: string,
  options: { readonly untilFinal: boolean },
): Promise<StatusView> {
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 2000)) {
    const status = await callJson<StatusView>(api, { path: `/v1/messages/${encodeURIComponent(messageId)}` });
    if (!options.untilFinal || FINAL.has(status.state)) return status;
    await sleep(pause);
  }
}

/** Prints a status for a person, or as one line of JSON. */
export function printStatus(terminal: Terminal, status: StatusView, json: boolean): void {
  if (json) return terminal.out(JSON.stringify(status));
  const colour =
    status.state === 'ACKNOWLEDGED' ? 'green' : status.state === 'SEND_FAILURE' ? 'red' : 'yellow';
  terminal.out(`${styled(terminal, 'bold', status.messageId)}  ${styled(terminal, colour, status.state)}`);
  terminal.out(`conversation ${status.conversationId}, P-Mode ${status.pmode}`);
  if (status.attempts.length > 0) {
    table(
      terminal,
      ['attempt', 'at', 'took', 'HTTP', 'outcome', 'address'],
      status.attempts.map((attempt) => [
        String(attempt.number),
        attempt.startedAt,
        `${Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt)} ms`,
        String(attempt.httpStatus ?? '-'),
        attempt.outcome,
        attempt.address,
      ]),
    );
  }
  if (status.receipt)
    terminal.out(`receipt ${status.receipt.messageId} of ${status.receipt.timestamp}, verified`);
  if (status.failure) printFailure(terminal, status.failure);
  for (const at of status.upcomingAttempts ?? []) terminal.out(`next attempt at ${at}`);
}

function printFailure(terminal: Terminal, failure: FailureView): void {
  const { finding } = failure;
  terminal.out(styled(terminal, 'red', `${failure.ebms ?? failure.code}: ${failure.message}`));
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['step', failure.step],
    ['check', finding?.check],
    ['field', finding?.field],
    ['expected', finding?.expected],
    ['found', finding?.found],
    ['advice', finding?.advice],
  ];
  for (const [label, text] of lines) if (text) terminal.out(`  ${label.padEnd(9)} ${text}`);
}
