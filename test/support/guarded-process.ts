import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server that a test has started. */
export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when it has ended, whatever ended it. */
  readonly ended: Promise<void>;
  /** True once it has ended. */
  readonly hasEnded: () => boolean;
  /** Sends it a signal and waits for its end. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** How a server is started. */
export interface GuardedOptions {
  /** A folder of its own, where its output is kept as `output.log`; removed when this process dies without ending it. */
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Ends the server when this process has died. */
  readonly lastSignal: NodeJS.Signals;
  /** User and group to run as, for servers that refuse root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * The server, and beside it a watcher that reads from us: whatever ends this process, even SIGKILL, ends what it reads,
 * and the watcher ends the server and removes its folder.
 */
const GUARD = `
folder=$1; signal=$2; shift 2
exec 3<&0
"$@" </dev/null >>"$folder/output.log" 2>&1 3<&- &
server=$!
{ cat <&3 >/dev/null; true >"$folder/orphaned"; kill -s "$signal" "$server"; } >/dev/null 2>&1 &
watcher=$!
echo "$server"
exec >/dev/null
wait "$server"
kill "$watcher" 2>/dev/null
[ -e "$folder/orphaned" ] && rm -rf "$folder"
exit 0
`;

/** Starts a server that does not outlive this process. */
export async function startGuarded(options: GuardedOptions): Promise<GuardedProcess> {
  const { folder, program, args, lastSignal, user } = options;
  const guard = spawn('sh', ['-c', GUARD, 'guard', folder, lastSignal.slice(3), program, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: folder,
    // Of a group of its own: an interrupt at the terminal is for the tests, which then end it.
    detached: true,
    ...user,
  });
  // The guard ends before it has read what it is never sent.
  guard.stdin.on('error', () => undefined);
  let over = false;
  const ended = once(guard, 'exit').then(() => {
    over = true;
    guard.stdin.destroy();
  });
  const [line] = (await once(createInterface({ input: guard.stdout }), 'line')) as [string];
  const pid = Number(line);
  // Neither keeps the process alive: it would wait for the server, and the server for it.
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  (guard.stdout as unknown as { unref(): void }).unref();
  return {
    pid,
    ended,
    hasEnded: () => over,
    end: async (signal) => {
      guard.ref();
      if (!over) process.kill(pid, signal);
      await ended;
    },
  };
}
