import type { RowId } from '../../msh/ports/index.ts';

/** Lets work for rows run: never two for one row, never more at once than there are places, whoever asks for it. */
export interface Turns {
  /** Runs the work when it is its turn; settles as the work does. */
  take(rowId: RowId, work: () => Promise<void>): Promise<void>;
  /** Whether work would begin at once. */
  hasPlace(): boolean;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
}

/** Turns for work that comes from several sides. */
export function createTurns(places: number): Turns {
  const rows = new Map<RowId, Promise<void>>();
  const line: (() => void)[] = [];
  let free = places;

  const takePlace = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.push(resolve));
  };

  const leavePlace = (): void => {
    const next = line.shift();
    if (next === undefined) free += 1;
    else next();
  };

  const inPlace = async (work: () => Promise<void>): Promise<void> => {
    await takePlace();
    try {
      await work();
    } finally {
      leavePlace();
    }
  };

  return {
    take: async (rowId, work) => {
      for (let before = rows.get(rowId); before !== undefined; before = rows.get(rowId))
        await before.catch(() => undefined);
      const running = inPlace(work);
      rows.set(rowId, running);
      try {
        await running;
      } finally {
        rows.delete(rowId);
      }
    },
    hasPlace: () => free > 0,
    idle: async () => {
      while (rows.size > 0) await Promise.allSettled(rows.values());
    },
  };
}
