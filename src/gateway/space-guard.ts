import type { Nature, Observer, PayloadHealth } from '../msh/index.ts';

/** ms for which a look at the disk is good. */
const FRESH_MS = 5_000;

/** Whether the disk of the payloads still has the room that is to stay free. */
export interface SpaceGuard {
  /** The free bytes when they are too few. A disk that cannot be asked stays what it was: whoever writes learns why. */
  lacking(): Promise<number | undefined>;
}

/** Guards so many bytes on the disk of the payloads; tells each change once. */
export function createSpaceGuard(
  payloads: Pick<PayloadHealth, 'space'>,
  keptFree: number,
  { nature, observer }: { readonly nature: Pick<Nature, 'now'>; readonly observer: Observer },
): SpaceGuard {
  let state: number | undefined;
  let look: Promise<number | undefined> | undefined;
  let lookedAt = 0;
  const ask = async (): Promise<number | undefined> => {
    const space = await payloads.space().catch(() => undefined);
    if (space === undefined) return state;
    const before = state;
    state = space.free < keptFree ? space.free : undefined;
    const fields = { freeBytes: space.free, keptFreeBytes: keptFree };
    if (before === undefined && state !== undefined)
      observer.emit({ event: 'gateway/low-space', level: 'error', ...fields });
    if (before !== undefined && state === undefined)
      observer.emit({ event: 'gateway/space-again', level: 'info', ...fields });
    return state;
  };
  return {
    lacking: () => {
      const age = nature.now() - lookedAt;
      // A clock that was set back must not make a look good for hours.
      if (look !== undefined && age >= 0 && age < FRESH_MS) return look;
      lookedAt = nature.now();
      look = ask();
      return look;
    },
  };
}
