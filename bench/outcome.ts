/** How a benchmark ended: whether what is promised was held, and the numbers. */
export interface Outcome<T> {
  readonly held: boolean;
  readonly found: T;
}
