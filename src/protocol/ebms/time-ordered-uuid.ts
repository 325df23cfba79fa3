/**
 * A UUID that sorts by time (RFC 9562, version 7): 48 bits of the time, and of a random UUID the 74 that are random.
 * Indexes of such ids grow at their end, so that keeping a message changes few pages of a database.
 */
export function timeOrderedUuid(at: number, random: string): string {
  const time = at.toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
