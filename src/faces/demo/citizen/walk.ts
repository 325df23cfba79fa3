import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoOffice } from '../directory/demo-content.ts';
import { offerKey } from '../portal/offers.ts';
import type { Narrator } from '../story/narrator.ts';
import { lost, openPlainBrowser } from './browser.ts';
import type { LoadedPage } from './browser.ts';

/** What the citizen has after the journey. */
export interface Walk {
  /** Of the exchange, as the portal's pages name it. */
  readonly id: string;
  readonly evidence: Buffer;
  /** Link of the preview, where there was one. */
  readonly link: string | undefined;
}

/** Where the journey begins, and what it is about. */
export interface WalkPlan {
  readonly portal: string;
  readonly authority: string;
  readonly office: DemoOffice;
  readonly narrator: Narrator;
}

/** ms between two looks; the portal waits for news by itself. */
const REST = 200;

/** Looks before the citizen gives up; an exchange that nobody answers expires before. */
const LOOKS = 1_000;

/**
 * Plays the citizen by real HTTP: goes through the pages of the portal and the preview as somebody with a browser would,
 * agrees, and comes back. Throws `demo/citizen-lost`.
 */
export async function walk({ portal, authority, office, narrator }: WalkPlan): Promise<Walk> {
  const browser = openPlainBrowser(authority);
  const tell = (text: string): void => narrator.step({ at: Date.now(), who: 'citizen', text });

  /** Loads a page again until it has what is looked for. */
  async function until(page: LoadedPage, found: (page: LoadedPage) => boolean): Promise<LoadedPage> {
    let now = page;
    for (let looks = 0; !found(now); looks += 1) {
      if (now.headers['refresh'] === undefined || looks === LOOKS) throw lost(now.url, titleOf(now));
      await sleep(REST);
      now = await browser.open(now.url);
    }
    return now;
  }

  async function throughPreview(offered: LoadedPage): Promise<{ page: LoadedPage; link: string }> {
    const opened = await browser.send(formOf(offered, 'preview'), {});
    const shown = await until(opened, (one) => has(one, 'decision'));
    tell(`sees the ${office.title} in the preview space, and agrees that it is sent`);
    const page = await browser.send(formOf(shown, 'decision'), { decision: 'approved' });
    if (new URL(page.url).origin !== new URL(portal).origin)
      throw lost(page.url, 'no way back to the portal');
    tell('is back at the portal');
    return { page, link: opened.from };
  }

  await browser.open(`${portal}/`);
  const asked = await browser.send(`${portal}/requests`, {
    offer: offerKey(office.title, office.office),
    explicit: 'yes',
  });
  let page = await until(asked, (one) => has(one, 'preview') || has(one, 'submit'));
  let link: string | undefined;
  if (has(page, 'preview')) {
    ({ page, link } = await throughPreview(page));
    page = await until(page, (one) => has(one, 'submit'));
  }
  const { body } = await browser.open(`${page.url}/evidence/0`);
  await browser.send(formOf(page, 'submit'), {});
  return { id: new URL(page.url).pathname.split('/')[2] ?? '', evidence: body, link };
}

/** Whether a page has the form with this id. */
function has({ text }: LoadedPage, form: string): boolean {
  return text.includes(` id="${form}"`);
}

function formOf({ text, url }: LoadedPage, form: string): string {
  const [, action = ''] = new RegExp(`<form method="post" action="([^"]+)" id="${form}"`).exec(text) ?? [];
  return new URL(action, url).href;
}

function titleOf({ text, status }: LoadedPage): string {
  return `HTTP ${status}, ${/<h1>([^<]*)/.exec(text)?.[1] ?? 'no page'}`;
}
