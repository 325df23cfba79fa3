import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { noChromium, openChromium } from '../../support/chromium.ts';
import { scratchFolder } from '../../support/scratch.ts';
import type { Ending } from '../../support/test-pair.ts';

const QUOIN = join(import.meta.dirname, '../../../bin/quoin.js');

/** `npm run demo -- --browser`, as a process. */
interface RunningDemo {
  readonly folder: string;
  readonly portal: string;
  readonly told: () => string;
  /** Ctrl-C; resolves to its exit code. */
  readonly interrupt: () => Promise<number | null>;
}

async function startDemo(t: Ending): Promise<RunningDemo> {
  const folder = join(scratchFolder(), 'demo');
  const child = spawn(process.execPath, [QUOIN, 'demo', '--browser', '--folder', folder]);
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const lines: string[] = [];
  child.stderr.on('data', (bytes: Buffer) => lines.push(String(bytes)));
  const portal = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const [, url] = /^Open +(https:\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => reject(new Error(lines.join('\n'))));
  });
  const interrupt = async (): Promise<number | null> => {
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGINT');
    return (await ended)[0];
  };
  return { folder, portal, told: () => lines.join('\n'), interrupt };
}

/** A page, and what the browser had to complain about it. */
function listenTo(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** Pictures for the documentation, where somebody wants them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).waitFor();

const step = (page: Page): Promise<string> => page.locator('[aria-current="step"]').innerText();

async function ask(page: Page, portal: string, evidence: string): Promise<void> {
  await page.goto(portal);
  await page.getByRole('radio', { name: evidence }).check();
  await page.getByLabel(/I ask Newport University/).check();
  await picture(page, 'portal');
  await page.getByRole('button', { name: 'Request evidence' }).click();
}

/** From the portal into the preview space; resolves to the link that was followed. */
async function enterPreview(page: Page): Promise<string> {
  await heading(page, 'See it before it is sent');
  assert.match(await step(page), /Redirection to preview/);
  const followed = page.waitForRequest(/\/open\?/);
  await page.getByRole('button', { name: 'Go to the preview' }).click();
  await heading(page, 'Is this the document you want to send?');
  assert.match(await step(page), /Preview/);
  return (await followed).url();
}

async function download(page: Page, evidence: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: `Download ${evidence}` }).click(),
  ]);
  return readFileSync(await file.path());
}

/** The evidence is there, is what the portal saved, and is handed in. */
async function handIn(page: Page, demo: RunningDemo, evidence: string): Promise<void> {
  await heading(page, 'Your evidence has arrived');
  assert.match(await step(page), /Evidence response/);
  const file = await download(page, evidence);
  assert.equal(file.toString('latin1', 0, 8), '%PDF-1.4');
  const saved = readdirSync(demo.folder).filter((name) => name.endsWith('.pdf'));
  assert.ok(saved.some((name) => readFileSync(join(demo.folder, name)).equals(file)));
  await page.getByRole('button', { name: 'Use it and submit the application' }).click();
  await heading(page, 'Your application is submitted');
  assert.match(await step(page), /Submit procedure/);
}

test(
  'a person with a browser gets evidence, straight and after a preview, in both versions',
  { skip: noChromium() },
  async (t) => {
    const demo = await startDemo(t);
    const context = await openChromium(t);
    const page = await context.newPage();
    const complaints = listenTo(page);

    for (const office of ['School Office of Oldport', 'School Office of Eastport'])
      await t.test(`straight: ${office}`, async () => {
        await ask(page, demo.portal, `School leaving certificate, ${office}`);
        await handIn(page, demo, 'School leaving certificate');
      });

    for (const office of ['Civil Registry of Oldport', 'Civil Registry of Eastport'])
      await t.test(`after a preview: ${office}`, async () => {
        await ask(page, demo.portal, `Birth certificate, ${office}`);
        const link = await enterPreview(page);
        assert.ok(!page.url().includes('token'), 'the secret has left the address bar');
        assert.match(await page.locator('main').innerText(), /Łukasiewicz-Ñandú/);
        await picture(page, 'preview');
        await page.getByRole('button', { name: 'Send this document' }).click();
        await handIn(page, demo, 'Birth certificate');

        // A used link tells nothing, to nobody.
        assert.equal((await page.goto(link))?.status(), 410);
        await heading(page, 'This link has been used');
        assert.ok(!(await page.locator('body').innerText()).includes('Łukasiewicz'));
      });

    assert.deepEqual(
      complaints.filter((text) => !text.includes('410')),
      [],
    );
    for (const said of ['Step 5  Preview', 'Step 7  Submit procedure', 'opens the link for the citizen'])
      assert.ok(demo.told().includes(said), `${said}:\n${demo.told()}`);
    assert.equal(await demo.interrupt(), 0, demo.told());
  },
);

test(
  'a person with a browser may refuse, go back, and has what is theirs to themselves',
  { skip: noChromium() },
  async (t) => {
    const demo = await startDemo(t);
    const context = await openChromium(t);
    const page = await context.newPage();

    await t.test('nothing is asked for without an explicit request', async () => {
      await page.goto(demo.portal);
      await page.getByRole('button', { name: 'Request evidence' }).click();
      assert.match(await page.getByRole('alert').innerText(), /Choose the evidence/);
      await page.getByRole('radio', { name: 'Birth certificate, Civil Registry of Oldport' }).check();
      await page.getByRole('button', { name: 'Request evidence' }).click();
      assert.match(await page.getByRole('alert').innerText(), /Tick the box/);
      assert.ok(
        await page.getByRole('radio', { name: 'Birth certificate, Civil Registry of Oldport' }).isChecked(),
      );
      assert.ok(!demo.told().includes('Step 3'));
    });

    for (const office of ['Civil Registry of Oldport', 'Civil Registry of Eastport'])
      await t.test(`refused at the preview: ${office}`, async () => {
        await ask(page, demo.portal, `Birth certificate, ${office}`);
        await enterPreview(page);
        await page.getByRole('button', { name: 'Do not send it' }).click();
        await heading(page, 'No evidence was received');
        assert.match(await page.locator('main').innerText(), /you decided that it is not sent/);
        const portalPage = page.url();

        // Back in the preview space there is nothing more to decide, and a way to the portal.
        await page.goBack();
        await heading(page, 'You have decided');
        assert.equal(await page.getByRole('button').count(), 0);
        await page.getByRole('link', { name: 'Go back to where you came from' }).click();
        await heading(page, 'No evidence was received');
        assert.equal(page.url(), portalPage);
      });

    await t.test('what one person asked for is nobody else’s', async () => {
      const theirs = page.url();
      await context.clearCookies();
      assert.equal((await page.goto(theirs))?.status(), 404);
      await heading(page, 'There is nothing here for you');
    });
    assert.equal(readdirSync(demo.folder).filter((name) => name.endsWith('.pdf')).length, 0);
    assert.equal(await demo.interrupt(), 0, demo.told());
  },
);
