import { manualOf } from './manual.ts';
import type { ManualPage } from './manual.ts';
import { ENVIRONMENT, createProgram } from './program.ts';
import type { CliWorld } from './world.ts';

/** The variables a command line heeds, with their meaning. */
export const environmentManual = ENVIRONMENT;

/** Every command as data, for documents; nothing is run. */
export function commandManual(world: CliWorld): readonly ManualPage[] {
  const nobody = { out: () => undefined, err: () => undefined, colour: false };
  return manualOf(createProgram({ world, terminal: nobody, finish: () => undefined }, false));
}
