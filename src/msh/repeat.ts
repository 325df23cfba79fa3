/** Runs a pass now, and again each time as many ms after its end as it says. The timer never keeps the process alive. */
export function repeat(pass: () => Promise<number>): {
  readonly first: Promise<void>;
  readonly stop: () => Promise<void>;
} {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    const pause = await pass();
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = run();
      },
      Math.min(pause, 2 ** 31 - 1),
    );
    timer.unref();
  };
  let running = run();
  return {
    first: running,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
