import { fileURLToPath } from 'node:url';
import { makeDevelopmentPki, makeDirectoryIdentity, makeWebIdentity } from './development-pki.ts';
import { exchangeLines } from './faces/cli/index.ts';
import type { DemoWorld } from './faces/demo/index.ts';
import { NODE_OPTIONS } from './node-options.ts';

/** What the demonstration needs of the rest: marked keys of so many bits, the program itself as a command, and its words. */
export function demoWorld(bits = 2048): DemoWorld {
  return {
    makeKeys: async (folder, parties) =>
      (await makeDevelopmentPki({ folder, parties, demonstration: true, bits, days: 30 })).parties,
    makeDirectoryIdentity,
    makeWebIdentity,
    command: [process.execPath, ...NODE_OPTIONS, fileURLToPath(new URL('../bin/quoin.js', import.meta.url))],
    exchangeLines: (view, colour) => exchangeLines({ colour }, view),
  };
}
