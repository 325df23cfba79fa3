/**
 * The same ids, the last repeated up to a power of two: lists of a statement come in few lengths then, and a statement that
 * is known need not be prepared again.
 */
export function repeated(ids: readonly string[]): readonly string[] {
  const last = ids.at(-1);
  if (last === undefined) return ids;
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return [...ids, ...Array.from({ length: length - ids.length }, () => last)];
}
