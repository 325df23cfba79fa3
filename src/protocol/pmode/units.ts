import { QuoinError } from '../errors/index.ts';

/** A whole number and a unit: `90s`, `12m`, `250ms`, `2h`, `7d`. */
export const DURATION_PATTERN = /^(0|[1-9]\d{0,9})(ms|s|m|h|d)$/;

/** A whole number and a unit: `40MB` (decimal), `1GiB` (binary), `512B`. */
export const SIZE_PATTERN = /^(0|[1-9]\d{0,11}) ?(B|kB|KB|MB|GB|KiB|MiB|GiB)$/;

const MILLISECONDS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

const BYTES: Readonly<Record<string, number>> = {
  GiB: 2 ** 30,
  GB: 1e9,
  MiB: 2 ** 20,
  MB: 1e6,
  KiB: 2 ** 10,
  kB: 1000,
  KB: 1000,
  B: 1,
};

/** Milliseconds of a duration text. Throws `pmode/bad-duration`. */
export function parseDuration(text: string): number {
  return parseQuantity(text, DURATION_PATTERN, MILLISECONDS, 'pmode/bad-duration', '90s, 12m or 2h');
}

/** Bytes of a size text, or of a plain number of bytes. Throws `pmode/bad-size`. */
export function parseSize(size: string | number): number {
  if (typeof size === 'number') return size;
  return parseQuantity(size, SIZE_PATTERN, BYTES, 'pmode/bad-size', '512kB, 40MB or 1GiB');
}

/** The shortest exact duration text: `720000` is `12m`. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, MILLISECONDS, 's');
}

/** The shortest exact size text: `1073741824` is `1GiB`. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, BYTES, 'B');
}

/** A size for people, in whole MiB, or GiB from ten of them on: what is free never comes out even. */
export function roundSize(bytes: number): string {
  const { MiB, GiB } = BYTES as Readonly<Record<'MiB' | 'GiB', number>>;
  return bytes >= 10 * GiB ? `${Math.floor(bytes / GiB)}GiB` : `${Math.floor(bytes / MiB)}MiB`;
}

function parseQuantity(
  text: string,
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  code: 'pmode/bad-duration' | 'pmode/bad-size',
  examples: string,
): number {
  const [, amount, unit] = pattern.exec(text) ?? [];
  const factor = units[unit ?? ''];
  const total = Number(amount) * (factor ?? Number.NaN);
  if (!Number.isSafeInteger(total))
    throw new QuoinError(code, `"${text}" is not a whole number with a unit, such as ${examples}`);
  return total;
}

function formatQuantity(total: number, units: Readonly<Record<string, number>>, zeroUnit: string): string {
  if (total === 0) return `0${zeroUnit}`;
  const unit = Object.entries(units).find(([, factor]) => total % factor === 0);
  return unit === undefined ? String(total) : `${total / unit[1]}${unit[0]}`;
}
