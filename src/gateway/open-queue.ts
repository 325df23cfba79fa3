import { systemNature } from '../world/observe/index.ts';
import { createLocalQueue } from '../world/queue/index.ts';
import type { Making, World } from './making.ts';

/** The queue that the configuration asks for; the MSH closes it when its workers stop. */
export function openQueue(_making: Making): Promise<World['queue']> {
  return Promise.resolve(createLocalQueue(systemNature));
}
