import { openApi } from './open-api.ts';
import { openPart } from './named-settings.ts';
import { openAs4 } from './open-as4.ts';
import type { Opening } from './making.ts';

/** URLs of the doors through which messages come. */
export interface Doors {
  readonly as4: string;
  readonly api: string;
}

/** Opens the doors of backends and partners. */
export async function openDoors(opening: Opening): Promise<Doors> {
  const api = await openPart(opening, 'api', () => openApi(opening));
  const as4 = await openPart(opening, 'as4', () => openAs4(opening));
  return { as4, api };
}
