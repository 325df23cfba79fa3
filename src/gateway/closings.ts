/** What was started and must be closed again, in the order it was started. */
export type Closings = (() => Promise<void>)[];

/** Closes everything in reverse; what fails keeps nothing else open, and the first failure is told at the end. */
export async function closeAll(closings: Closings): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closings.splice(0).reverse())
    await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** Doors and workers end side by side, so that the time to finish is granted once; pushes beyond it are aborted. */
export async function finish(closings: Closings, ms: number, patience: AbortController): Promise<void> {
  const deadline = setTimeout(() => patience.abort(), ms);
  const ended = await Promise.allSettled(closings.map((close) => close()));
  clearTimeout(deadline);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
