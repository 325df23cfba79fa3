#!/usr/bin/env -S node --min-semi-space-size=32 --max-semi-space-size=32
// Runs the source in a checkout and the built code in an image, where there is no source.
import { existsSync } from 'node:fs';
import module from 'node:module';

// Where Node can (22.1), what it compiled is kept for the next start.
module.enableCompileCache?.();

/** What runs the source; a checkout that was pruned of development packages has none. */
const tsx = existsSync(new URL('../src/main.ts', import.meta.url))
  ? await import('tsx/esm/api').catch(() => undefined)
  : undefined;

if (tsx !== undefined) {
  tsx.register();
  await import('../src/main.ts');
} else if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  await import('../dist/main.js');
} else {
  console.error('There is nothing to run: npm ci installs what runs the source, npm run build makes dist.');
  process.exitCode = 1;
}
