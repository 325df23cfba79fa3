import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { backendAt } from './api.ts';
import type { Backend } from './api.ts';
import { provideEvidence } from './evidence-provider.ts';
import type { ProviderAnswer } from './evidence-provider.ts';
import { narrate } from './log-story.ts';
import { createNarrator } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import { PARTIES, startPair } from './pair.ts';
import type { Pair } from './pair.ts';
import { askForEvidence, collectEvidence } from './portal.ts';
import type { PortalResult } from './portal.ts';
import type { TappedExchange } from './wire-tap.ts';
import { traceLines } from './wire-trace.ts';
import type { DemoOptions, DemoWorld } from './world.ts';

/** The exchange as both ends saw it. */
interface Outcome {
  readonly answer: ProviderAnswer;
  readonly result: PortalResult;
}

/**
 * A real evidence exchange between two access points, told step by step. Resolves to 0 only when both messages were
 * acknowledged by verified receipts and the document that arrived is the one that was sent.
 */
export async function runDemo(world: DemoWorld, options: DemoOptions): Promise<number> {
  const folder = resolve(options.folder ?? join('.quoin', 'demo'));
  const narrator = createNarrator(options.write, options.colour);
  const exchanges: TappedExchange[] = [];
  narrator.say(
    'Two access points of two fictitious Member States exchange a birth certificate over eDelivery AS4.\n',
  );
  narrator.step({ at: Date.now(), who: 'demo', text: 'makes fresh keys and certificates, then starts both' });
  const pair = await startPair(world, {
    folder,
    onEvent: (name, event) => narrate(narrator, name, event),
    onExchange: options.trace ? (exchange) => exchanges.push(exchange) : undefined,
  });
  try {
    const outcome = await exchange(pair, narrator);
    const problems = await problemsOf(pair, outcome);
    await writeFile(join(folder, 'birth-certificate.pdf'), outcome.result.pdf);
    if (options.trace && !options.keep) await pair.stop();
    for (const tapped of exchanges) for (const line of await traceLines(tapped)) narrator.say(line);
    conclude(narrator, { ...options, folder }, outcome, problems);
    if (options.keep) await keepRunning(narrator, pair);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await pair.stop();
  }
}

async function exchange(pair: Pair, narrator: Narrator): Promise<Outcome> {
  const [portalSide, providerSide] = pair.gateways.map((gateway) => backendAt(gateway.api)) as [
    Backend,
    Backend,
  ];
  const answering = provideEvidence(providerSide, narrator);
  // Whoever fails first speaks; the other's failure is only its echo.
  answering.catch(() => undefined);
  const { messageId } = await askForEvidence(portalSide, narrator);
  const result = await collectEvidence(portalSide, narrator, messageId);
  return { answer: await answering, result };
}

/** Everything that must be true, checked from outside: states, receipts, bytes. */
async function problemsOf(pair: Pair, { answer, result }: Outcome): Promise<readonly string[]> {
  const [portalSide, providerSide] = pair.gateways.map((gateway) => backendAt(gateway.api)) as [
    Backend,
    Backend,
  ];
  const problems = [
    ...(await unacknowledged(portalSide, result.requestMessageId, 'request')),
    ...(await unacknowledged(providerSide, answer.messageId, 'response')),
  ];
  if (result.responseMessageId !== answer.messageId)
    problems.push('The response that arrived is not the one that was sent.');
  if (!Buffer.from(result.pdf).equals(answer.pdf))
    problems.push('The PDF that arrived is not the one that was sent.');
  return problems;
}

/** A receipt is on record a moment after the partner has the message; it is given five seconds. */
async function unacknowledged(backend: Backend, messageId: string, what: string): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const status = await backend.status(messageId);
    if (status.state === 'ACKNOWLEDGED' && status.receipt?.signer !== undefined) return [];
    if (tries === 50)
      return [`The ${what} has no verified receipt: ${status.state} ${status.failure?.message ?? ''}`];
    await new Promise((resolveWait) => setTimeout(resolveWait, 100));
  }
}

function conclude(
  narrator: Narrator,
  { folder, trace, keep }: DemoOptions & { readonly folder: string },
  outcome: Outcome,
  problems: readonly string[],
): void {
  const shown = relative(process.cwd(), folder) || folder;
  const captured = join(shown, 'wire', `01-${PARTIES[0]}-to-${PARTIES[1]}-request.http`);
  narrator.say('');
  for (const problem of problems) narrator.say(`PROBLEM: ${problem}`);
  if (problems.length === 0)
    narrator.say('Both messages were signed, encrypted, delivered and acknowledged by verified receipts.');
  narrator.say(`
Files   ${join(shown, 'birth-certificate.pdf')}  the evidence as the portal received it (${outcome.result.pdf.length} bytes)
        ${join(shown, PARTIES[0])}/  and  ${join(shown, PARTIES[1])}/  configuration, P-Mode, store, payloads, log`);
  const hints = [
    trace
      ? `npx quoin inspect ${captured} --config ${join(shown, PARTIES[1], 'quoin.yaml')}`
      : 'npm run demo -- --trace     print the messages on the wire, and record them for: npx quoin inspect FILE',
    ...(keep ? [] : ['npm run demo -- --keep      leave both access points running and talk to their APIs']),
    'npx quoin --help            an access point of your own: README.md, "Your first access point"',
  ];
  for (const [index, hint] of hints.entries()) narrator.say(`${index === 0 ? 'Next' : '    '}    ${hint}`);
}

async function keepRunning(narrator: Narrator, pair: Pair): Promise<void> {
  const [a, b] = pair.gateways;
  narrator.say(`
Both keep running; Ctrl-C ends them.
        ${a.name}  ${a.api}   (process ${a.pid})
        ${b.name}  ${b.api}   (process ${b.pid})
Try     npx quoin --api ${a.api} ping ${b.name}
        curl '${b.api}/v1/inbox?state=DOWNLOADED'`);
  await new Promise<void>((resolveSignal) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolveSignal());
  });
}
