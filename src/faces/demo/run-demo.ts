import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { problemsOf } from './checks.ts';
import { walk } from './citizen/walk.ts';
import { OFFICES } from './directory/demo-content.ts';
import type { DemoOffice } from './directory/demo-content.ts';
import { exchangePath } from './exchange-view.ts';
import type { ExchangeView } from './exchange-view.ts';
import type { TappedExchange } from './gateways/wire-tap.ts';
import { traceLines } from './gateways/wire-trace.ts';
import { setStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { conclude, explainBrowser, explainKeeping } from './story/last-words.ts';
import { Interrupted, interruption } from './story/interruption.ts';
import { narrate } from './story/log-story.ts';
import { createNarrator } from './story/narrator.ts';
import type { Narrator } from './story/narrator.ts';
import type { DemoOptions, DemoWorld } from './world.ts';

/** Options with the folder as an absolute path. */
type Settled = DemoOptions & { readonly folder: string };

/** What runs, and what it is told with. */
interface Telling {
  readonly world: DemoWorld;
  readonly options: Settled;
  readonly narrator: Narrator;
  readonly stage: Stage;
  /** What passed between the access points and is not printed yet. */
  readonly passed: TappedExchange[];
}

/**
 * The user journey of the Once-Only Technical System between two real access points, told step by step: by itself, or with
 * somebody's browser. Resolves to 0 only when every message was acknowledged by a verified receipt, every exchange ended as
 * it should on both sides, and the documents that arrived are those that were sent; to 128 and the number of the signal when
 * it was ended by one. Everything is stopped whatever happens.
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
  narrator.say('A student gets her documents from the authorities that have them, over eDelivery AS4.\n');
  narrator.step({
    at: Date.now(),
    who: 'demo',
    text: 'makes fresh keys and certificates',
  });
  const passed: TappedExchange[] = [];
  const stage = await setStage(world, {
    folder: options.folder,
    narrator,
    // Whoever goes on by hand may send any file, and is told what is wrong with it.
    documentCheck: options.keep ? 'warn' : 'refuse',
    onEvent: (name, event) => narrate(narrator, name, event),
    onExchange: options.trace ? (exchange) => passed.push(exchange) : undefined,
  });
  const telling = { world, options, narrator, stage, passed };
  try {
    const ended = Promise.race([interrupted, ...stage.pair.gateways.map(({ failed }) => failed)]);
    const unless = <T>(work: Promise<T>): Promise<T> => Promise.race([patiently(work), ended]);
    const problems = options.browser ? [] : await unless(journeys(telling));
    if (options.browser) explainBrowser(narrator, stage);
    else conclude(telling, problems);
    if (options.keep || options.browser) {
      if (options.keep) explainKeeping(narrator, stage);
      await Promise.race([watch(telling), ended]).catch((error: unknown) => {
        // Being told to stop is how this is meant to end.
        if (!(error instanceof Interrupted)) throw error;
      });
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
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

/** One journey after the other; resolves to what is not as it should be. */
async function journeys(telling: Telling): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const office of officesFor(telling.options)) problems.push(...(await journey(telling, office)));
  return problems;
}

/** A straight answer in EDM 2.0 and a preview in EDM 1.2; other wishes name what they want. */
function officesFor({ edm, outcome }: DemoOptions): readonly DemoOffice[] {
  const isWanted = (office: DemoOffice): boolean =>
    (edm ?? (outcome === undefined ? undefined : office.version)) === office.version &&
    (outcome ?? office.outcome) === office.outcome;
  if (edm !== undefined || outcome !== undefined) return OFFICES.filter(isWanted);
  return OFFICES.filter(({ version, outcome: usual }) => (version === '2.0') === (usual === 'straight'));
}

async function journey(telling: Telling, office: DemoOffice): Promise<readonly string[]> {
  const { world, options, narrator, stage } = telling;
  const { portal, authority } = stage;
  const answer = office.outcome === 'preview' ? 'after a preview' : 'straight';
  narrator.say(`\n=== ${office.title} from the ${office.office}: EDM ${office.version}, answered ${answer}`);
  const walked = await walk({ portal: portal.url, authority: authority.pem, office, narrator });
  const problems = await problemsOf(stage, office, walked);
  narrator.say('\nThe exchange, as `quoin exchange show` prints it at the portal:\n');
  const view = await portal.api.get<ExchangeView>(exchangePath(walked.id));
  for (const line of world.exchangeLines(view, options.colour)) narrator.say(line);
  await trace(telling);
  return problems;
}

/** Prints and forgets what was recorded. */
async function trace({ narrator, stage, passed }: Telling): Promise<void> {
  await stage.pair.recorded();
  const told = passed.splice(0).sort((a, b) => a.number - b.number);
  for (const one of told) for (const line of await traceLines(one)) narrator.say(line);
}

/** What passes while everything keeps running is printed as it passes. */
async function watch(telling: Telling): Promise<never> {
  for (;;) {
    if (telling.passed.length > 0) await trace(telling);
    await sleep(200, undefined, { ref: false });
  }
}
