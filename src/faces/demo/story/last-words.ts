import { join, relative } from 'node:path';
import { PARTIES } from '../gateways/pair-files.ts';
import type { Stage } from '../stage.ts';
import type { Narrator } from './narrator.ts';

/** A path as a person would type it from here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

/** What came of it, where everything lies, and what to do next. */
export function conclude(
  {
    narrator,
    stage: { portal },
    options: { folder, trace: traced, keep },
  }: {
    readonly narrator: Narrator;
    readonly stage: Stage;
    readonly options: { readonly folder: string; readonly trace: boolean; readonly keep: boolean };
  },
  problems: readonly string[],
): void {
  const own = shown(folder);
  narrator.say('');
  for (const problem of problems) narrator.say(`PROBLEM: ${problem}`);
  if (problems.length === 0)
    narrator.say(
      'All messages were signed, encrypted, valid, delivered and acknowledged by verified receipts, and both sides agree.',
    );
  const files = portal.cases.all().flatMap(({ saved }) => saved);
  narrator.say(`
Files   ${files.map(({ file, bytes }) => `${join(own, relative(folder, file))}  (${bytes.length} bytes)`).join('\n        ')}
        ${join(own, PARTIES[0])}/  and  ${join(own, PARTIES[1])}/  configuration, P-Mode, store, payloads, log`);
  const captured = join(own, 'wire', `01-${PARTIES[0]}-to-${PARTIES[1]}-request.http`);
  const hints = [
    'npm run demo -- --browser   be the citizen yourself: a portal and a preview space in your browser',
    traced
      ? `npx quoin inspect ${captured} --config ${join(own, PARTIES[1], 'quoin.yaml')}`
      : 'npm run demo -- --trace     print the messages on the wire, and record them for: npx quoin inspect FILE',
    ...(keep ? [] : ['npm run demo -- --keep      leave everything running and talk to the APIs']),
    'npx quoin --help            an access point of your own: README.md, "Your first access point"',
  ];
  for (const [index, hint] of hints.entries()) narrator.say(`${index === 0 ? 'Next' : '    '}    ${hint}`);
}

/** How to go on with what keeps running. */
export function explainKeeping(narrator: Narrator, { pair: { gateways }, portal }: Stage): void {
  const [a, b] = gateways;
  narrator.say(`
Everything keeps running; Ctrl-C ends it.
        ${a.name}  ${a.api}   (process ${a.pid})
        ${b.name}  ${b.api}   (process ${b.pid})
        portal    ${portal.url}/
Try     npx quoin --api ${a.api} exchange list
        npx quoin --api ${a.api} ping ${b.name}
        curl '${b.api}/v1/inbox?state=DOWNLOADED'`);
}

/** Where to go with a browser. */
export function explainBrowser(
  narrator: Narrator,
  { pair: { gateways }, portal, provider, authority }: Stage,
): void {
  const [a, b] = gateways;
  narrator.say(`
Open    ${portal.url}/
        Preview links must be https, so both pages are; their authority was made a moment ago, and the browser
        warns once. Go on ("Advanced"), or trust ${shown(authority.file)} for as long as you like.
        preview space ${provider.url}   ${a.name} ${a.api}   ${b.name} ${b.api}
        What happens is told here. Ctrl-C ends everything.`);
}
