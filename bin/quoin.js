#!/usr/bin/env node
// Runs the source in a checkout and the built code in an image, where there is no source.
import { existsSync } from 'node:fs';
import module from 'node:module';

// Where Node can (22.1), what it compiled is kept for the next start.
module.enableCompileCache?.();

if (existsSync(new URL('../src/main.ts', import.meta.url))) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../src/main.ts');
} else {
  await import('../dist/main.js');
}
