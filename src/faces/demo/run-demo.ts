import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backendAt } from './api.ts';
import type { Backend } from './api.ts';
import { provideEvidence } from './evidence-provider.ts';
import type { ProviderAnswer } from './evidence-provider.ts';
import { Interrupted, interruption } from './interruption.ts';
import { narrate } from './log-story.ts';
import { createNarrator } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import { PARTIES } from './pair-files.ts';
import { startPair } from './pair.ts';
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

/** Options with the folder as an absolute path. */
type Settled = DemoOptions & { readonly folder: string };

/**
 * A real evidence exchange between two access points, told step by step. Resolves to 0 only when both messages were
 * acknowledged by verified receipts and the document that arrived is the one that was sent; to 128 and the number of the
 * signal when it was ended by one. Both access points are stopped whatever happens.
 */
export async function runDemo(world: DemoWorld, options: DemoOptions): Promise<number> {
  const settled = { ...options, folder: resolve(options.folder ?? join('.quoin', 'demo')) };
  const narrator = createNarrator(options.write, options.colour);
  const { interrupted, forget } = interruption();
  try {
    return await tell(world, settled, narrator, interrupted);
  } catch (error) {
    // A signal from a terminal reaches the access points as well: what ends because of it is no failure.
    const cause = await Promise.race([
      interrupted.catch((reason: unknown) => reason),
      Promise.resolve(error),
    ]);
    if (!(cause instanceof Interrupted)) throw error;
    narrator.say(`\nEnded by ${cause.signal}; both access points have stopped.`);
    return cause.exitCode;
  } finally {
    forget();
  }
}

async function tell(
  world: DemoWorld,
  options: Settled,
  narrator: Narrator,
  interrupted: Promise<never>,
): Promise<number> {
  narrator.say(
    'Two access points of two fictitious Member States exchange a birth certificate over eDelivery AS4.\n',
  );
  narrator.step({ at: Date.now(), who: 'demo', text: 'makes fresh keys and certificates, then starts both' });
  const exchanges: TappedExchange[] = [];
  const pair = await startPair(world, {
    folder: options.folder,
    onEvent: (name, event) => narrate(narrator, name, event),
    onExchange: options.trace ? (exchange) => exchanges.push(exchange) : undefined,
  });
  try {
    const ended = Promise.race([interrupted, ...pair.gateways.map(({ failed }) => failed)]);
    const unless = <T>(work: Promise<T>): Promise<T> => Promise.race([patiently(work), ended]);
    const outcome = await unless(exchange(pair, narrator));
    const problems = await unless(problemsOf(pair, outcome));
    await writeFile(join(options.folder, 'birth-certificate.pdf'), outcome.result.pdf);
    await trace(narrator, pair, exchanges);
    conclude(narrator, options, outcome, problems);
    if (options.keep) {
      explainKeeping(narrator, pair);
      await Promise.race([watch(narrator, pair, exchanges), ended]).catch((error: unknown) => {
        // Being told to stop is how this is meant to end.
        if (!(error instanceof Interrupted)) throw error;
      });
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    await pair.stop();
  }
}

/** What fails because an access point ended fails a moment before its end is known, and that is the thing to tell. */
async function patiently<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await sleep(500);
    throw error;
  }
}

async function exchange(pair: Pair, narrator: Narrator): Promise<Outcome> {
  const [portalSide, providerSide] = backendsOf(pair);
  const answering = provideEvidence(providerSide, narrator);
  // Whoever fails first speaks; the other's failure is only its echo.
  answering.catch(() => undefined);
  const { messageId } = await askForEvidence(portalSide, narrator);
  const collecting = collectEvidence(portalSide, narrator, messageId);
  const [answer, result] = await Promise.all([answering, collecting]);
  return { answer, result };
}

function backendsOf({ gateways: [a, b] }: Pair): readonly [Backend, Backend] {
  return [backendAt(a.api), backendAt(b.api)];
}

/** Everything that must be true, checked from outside: states, receipts, bytes. */
async function problemsOf(pair: Pair, { answer, result }: Outcome): Promise<readonly string[]> {
  const [portalSide, providerSide] = backendsOf(pair);
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
    await sleep(100);
  }
}

/** Prints and forgets what was recorded. */
async function trace(narrator: Narrator, pair: Pair, exchanges: TappedExchange[]): Promise<void> {
  await pair.recorded();
  const told = exchanges.splice(0).sort((a, b) => a.number - b.number);
  for (const one of told) for (const line of await traceLines(one)) narrator.say(line);
}

/** What passes while both keep running is printed as it passes. */
async function watch(narrator: Narrator, pair: Pair, exchanges: TappedExchange[]): Promise<never> {
  for (;;) {
    if (exchanges.length > 0) await trace(narrator, pair, exchanges);
    await sleep(200, undefined, { ref: false });
  }
}

/** A path as a person would type it from here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

function conclude(
  narrator: Narrator,
  { folder, trace: traced, keep }: Settled,
  outcome: Outcome,
  problems: readonly string[],
): void {
  const own = shown(folder);
  narrator.say('');
  for (const problem of problems) narrator.say(`PROBLEM: ${problem}`);
  if (problems.length === 0)
    narrator.say('Both messages were signed, encrypted, delivered and acknowledged by verified receipts.');
  narrator.say(`
Files   ${join(own, 'birth-certificate.pdf')}  the evidence as the portal received it (${outcome.result.pdf.length} bytes)
        ${join(own, PARTIES[0])}/  and  ${join(own, PARTIES[1])}/  configuration, P-Mode, store, payloads, log`);
  const captured = join(own, 'wire', `01-${PARTIES[0]}-to-${PARTIES[1]}-request.http`);
  const hints = [
    traced
      ? `npx quoin inspect ${captured} --config ${join(own, PARTIES[1], 'quoin.yaml')}`
      : 'npm run demo -- --trace     print the messages on the wire, and record them for: npx quoin inspect FILE',
    ...(keep ? [] : ['npm run demo -- --keep      leave both access points running and talk to their APIs']),
    'npx quoin --help            an access point of your own: README.md, "Your first access point"',
  ];
  for (const [index, hint] of hints.entries()) narrator.say(`${index === 0 ? 'Next' : '    '}    ${hint}`);
}

function explainKeeping(narrator: Narrator, { gateways: [a, b] }: Pair): void {
  narrator.say(`
Both keep running; Ctrl-C ends them.
        ${a.name}  ${a.api}   (process ${a.pid})
        ${b.name}  ${b.api}   (process ${b.pid})
Try     npx quoin --api ${a.api} ping ${b.name}
        curl '${b.api}/v1/inbox?state=DOWNLOADED'`);
}
