import { fileURLToPath } from 'node:url';
import { makeDevelopmentPki } from './development-pki.ts';
import type { DemoWorld } from './faces/demo/index.ts';

/** What the demonstration needs of the rest: marked keys of so many bits, and the program itself as a command. */
export function demoWorld(bits = 2048): DemoWorld {
  return {
    makeKeys: async (folder, parties) =>
      (await makeDevelopmentPki({ folder, parties, demonstration: true, bits, days: 30 })).parties,
    command: [process.execPath, fileURLToPath(new URL('../bin/quoin.js', import.meta.url))],
  };
}
