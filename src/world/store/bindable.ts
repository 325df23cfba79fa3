/**
 * A parameter that every engine keeps as it is. What one of them cannot take is refused here, because there it ends the
 * process (booleans in SQLite), is an error of its own (NUL in PostgreSQL) or comes back as something else (half
 * characters).
 */
export function bindable(value: unknown): unknown {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) return value;
  throw new TypeError(`A ${typeof value} of this kind cannot be kept in a column.`);
}
