import type Database from 'libsql';

/** What one commit makes durable: the work of everybody who was waiting while the commit before was synced. */
export interface CommitGroup {
  /** Begins work that succeeds or is undone as a whole. */
  readonly begin: () => void;
  /** Ends it; durable when `leave` has resolved. */
  readonly keep: () => void;
  /** Undoes it and nothing else. */
  readonly undo: () => void;
  /** The three for work without a pause. */
  readonly whole: <T>(act: () => T) => T;
  /** Notes an error that may have undone the whole group, as a full disk does. */
  readonly failed: (error: unknown) => void;
  /**
   * Ends the turn of a member: commits, unless `another` member follows, now or after a few turns of the event loop.
   * `turn` resolves when the connection is free, `durable` when the work of the member is.
   */
  readonly leave: (another: () => boolean) => {
    readonly turn: Promise<void>;
    readonly durable: Promise<void>;
  };
}

/** Members of one commit at the most, so that the first of a long line does not wait for the last. */
const MOST_MEMBERS = 64;

/**
 * Turns of the event loop a commit waits for members: next to nothing where the process is idle, and where it is busy they
 * bring what has arrived meanwhile. Each commit costs the disk and the processor as much as several members of it.
 */
const GATHERING_TURNS = 3;

/** Syncs the commit without blocking the process: it is the disk that takes long. */
export type CommitInBackground = () => Promise<void>;

interface Open {
  members: number;
  /** Turns of the event loop its commit may still wait. */
  patience: number;
  readonly durable: Promise<void>;
  readonly settle: (failure?: Error) => void;
  /** Why nothing of it can be kept, once the database has undone it by itself. */
  failure?: Error;
}

/**
 * Group commit: one sync for many transactions. Each is a savepoint of one transaction of the database, and nobody learns
 * that its own work is done before the whole is durable; who only reads in between waits too, because what it has seen
 * might otherwise never have been. A member that is undone takes nothing else along.
 */
export function createCommitGroup(binding: Database.Database, commit: CommitInBackground): CommitGroup {
  let open: Open | undefined;
  /** True while the first member works, which needs no savepoint: undoing it is undoing all. */
  let alone = false;
  const begin = (): void => {
    alone = open === undefined;
    binding.exec(alone ? 'begin immediate' : 'savepoint member');
    open ??= newGroup();
  };
  const keep = (): void => {
    if (!alone) binding.exec('release member');
  };
  const undo = (): void => {
    // A full disk makes SQLite roll back by itself; a second rollback would hide the reason.
    if (!binding.inTransaction) return;
    if (!alone) return void binding.exec('rollback to member; release member');
    binding.exec('rollback');
    open?.settle();
    open = undefined;
  };
  const end = async (group: Open, another: () => boolean): Promise<void> => {
    if (await gathers(group, another)) return;
    open = undefined;
    if (group.failure !== undefined) return group.settle(group.failure);
    try {
      await commit();
      group.settle();
    } catch (error) {
      undoAll(binding);
      group.settle(asError(error));
    }
  };
  return {
    begin,
    keep,
    undo,
    whole: (act) => {
      begin();
      try {
        const result = act();
        keep();
        return result;
      } catch (error) {
        undo();
        throw error;
      }
    },
    failed: (error) => {
      if (open !== undefined && !binding.inTransaction) open.failure ??= asError(error);
    },
    leave: (another) => {
      const group = open;
      if (group === undefined) return { turn: DONE, durable: DONE };
      group.members += 1;
      // Nobody may join it any more: nothing is to be waited for.
      if (group.members >= MOST_MEMBERS || group.failure !== undefined) group.patience = 0;
      else if (another()) return { turn: DONE, durable: group.durable };
      return { turn: end(group, another), durable: group.durable };
    },
  };
}

const DONE = Promise.resolve();

/** Waits as long as the group may; true once another member follows. */
async function gathers(group: Open, another: () => boolean): Promise<boolean> {
  while (group.patience > 0) {
    group.patience -= 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (another()) return true;
  }
  return false;
}

/** Where that fails as well, whoever begins next is told; the turn must end in any case. */
function undoAll(binding: Database.Database): void {
  try {
    if (binding.inTransaction) binding.exec('rollback');
  } catch {
    // The members are told why they were not committed.
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function newGroup(): Open {
  let settle!: Open['settle'];
  const durable = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  return { members: 0, patience: GATHERING_TURNS, durable, settle };
}
