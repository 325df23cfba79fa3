import { openApi } from './open-api.ts';
import { openPart } from './named-settings.ts';
import { openAs4 } from './open-as4.ts';
import { createSpaceGuard } from './space-guard.ts';
import type { Opening } from './making.ts';

/** URLs of the doors through which messages come. */
export interface Doors {
  readonly as4: string;
  readonly api: string;
}

/** Opens the doors of backends and partners. */
export async function openDoors(opening: Opening): Promise<Doors> {
  const { world, config } = opening;
  const space = createSpaceGuard(world.payloads, config.limits.freeSpaceBytes, world);
  const api = await openPart(opening, 'api', () => openApi(opening, space));
  const as4 = await openPart(opening, 'as4', () => openAs4(opening, space));
  return { as4, api };
}
