import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';
import { findChromium } from './find-servers.ts';
import { scratchFolder } from './scratch.ts';
import type { Ending } from './test-pair.ts';

/** No timed test: a busy machine has as long as it needs. */
const PATIENCE = 300_000;

/** Nothing of what a browser does by itself: no networking of its own, no first run, no QUIC. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * `false` when a browser can be started, else the reason to skip: fits the `skip` option of a test. Continuous integration
 * never skips: there the tests fail.
 */
export function noChromium(): false | string {
  if (process.env['CI']) return false;
  const found = findChromium();
  return 'missing' in found ? found.missing : false;
}

/** Starts the Chromium of this machine, without a window, for one person; certificates are not looked at. */
export async function openChromium(test: Ending): Promise<BrowserContext> {
  const found = findChromium();
  if ('missing' in found) throw new Error(found.missing);
  const context = await chromium.launchPersistentContext(scratchFolder(), {
    executablePath: found.path,
    headless: true,
    chromiumSandbox: false,
    args: QUIET,
    ignoreHTTPSErrors: true,
    viewport: { width: 1100, height: 900 },
    timeout: PATIENCE,
  });
  test.after(() => context.close());
  context.setDefaultTimeout(PATIENCE);
  return context;
}
