import { join } from 'node:path';
import { apiAt } from './api.ts';
import type { Api } from './api.ts';
import { demoContent } from './directory/demo-content.ts';
import { startDirectory } from './directory/directory.ts';
import { PARTIES } from './gateways/pair-files.ts';
import { startPair } from './gateways/pair.ts';
import type { Pair, PairOptions } from './gateways/pair.ts';
import { openCases } from './portal/cases.ts';
import type { Cases } from './portal/cases.ts';
import { servePortal } from './portal/portal-site.ts';
import { OPEN_PATH, servePreview } from './preview/preview-site.ts';
import { runProvider } from './preview/provider.ts';
import { openVisits } from './preview/visits.ts';
import type { Narrator } from './story/narrator.ts';
import { openSite } from './web/site.ts';
import type { DemoWorld } from './world.ts';

/** Everything the journey needs: common services, a portal, two access points, a provider with its preview space. */
export interface Stage {
  readonly pair: Pair;
  readonly portal: { readonly url: string; readonly api: Api; readonly cases: Cases };
  readonly provider: { readonly url: string; readonly api: Api };
  /** Certificate (PEM) of the authority of both sites, and the file that has it. */
  readonly authority: { readonly pem: string; readonly file: string };
  readonly close: () => Promise<void>;
}

/** What is told while it runs, and where its files are. */
export type StageOptions = Pick<PairOptions, 'folder' | 'onEvent' | 'onExchange'> & {
  readonly narrator: Narrator;
  /** What both sides do with documents that break schema or business rules; refuse them unless told. */
  readonly documentCheck?: 'refuse' | 'warn' | undefined;
};

const ANCHOR = join('keys', 'common-services.pem');
const WEB_AUTHORITY = join('keys', 'web-authority.pem');

/** Sets the stage; whatever was started is ended when something fails. */
export async function setStage(world: DemoWorld, options: StageOptions): Promise<Stage> {
  const ending = new AbortController();
  const endings: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    ending.abort();
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(world, options, ending.signal, endings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  world: DemoWorld,
  options: StageOptions,
  signal: AbortSignal,
  endings: (() => Promise<unknown>)[],
): Promise<Omit<Stage, 'close'>> {
  const { narrator, folder, documentCheck = 'refuse' } = options;
  const [directoryIdentity, webIdentity] = await Promise.all([
    world.makeDirectoryIdentity(),
    world.makeWebIdentity(['127.0.0.1', 'localhost']),
  ]);
  const ended = <T>(started: T, end: (started: T) => Promise<unknown>): T => {
    endings.push(() => end(started));
    return started;
  };
  const directory = ended(
    await startDirectory({ content: demoContent(), signer: directoryIdentity.signer }),
    (one) => one.close(),
  );
  const portalSite = ended(await openSite(webIdentity), (one) => one.close());
  const previewSite = ended(await openSite(webIdentity), (one) => one.close());
  const asking = commonServices(directory.url, directoryIdentity.subject);
  const pair = ended(
    await startPair(world, {
      ...options,
      onKeys: () =>
        narrator.step({
          at: Date.now(),
          who: 'demo',
          text: 'starts two access points, and waits for their doors',
        }),
      files: { [ANCHOR]: directoryIdentity.anchor.pem, [WEB_AUTHORITY]: webIdentity.authority },
      extraConfig: (party) => (party === PARTIES[0] ? asking : ''),
      extraPMode: `legDefaults: { documentCheck: { inbound: ${documentCheck}, outbound: ${documentCheck} } }\n`,
    }),
    (one) => one.stop(),
  );
  const [portalApi, providerApi] = pair.gateways.map(({ api }) => apiAt(api, signal)) as [Api, Api];
  const cases = openCases({ api: portalApi, narrator, folder });
  servePortal(portalSite, cases);
  servePreview(previewSite, openVisits(providerApi, narrator));
  const answering = runProvider({
    api: providerApi,
    narrator,
    previewBase: `${previewSite.url}${OPEN_PATH}`,
  });
  endings.push(() => answering);
  return {
    pair,
    portal: { url: portalSite.url, api: portalApi, cases },
    provider: { url: previewSite.url, api: providerApi },
    authority: { pem: webIdentity.authority, file: join(folder, WEB_AUTHORITY) },
  };
}

/** How the portal's access point finds and trusts the simulated common services. */
function commonServices(url: string, signer: string): string {
  return `commonServices:
  evidenceBroker: ${url}
  dataServiceDirectory: ${url}
  anchors: ../${ANCHOR}
  signer: ${JSON.stringify(signer)}
  allowPrivate: true
`;
}
