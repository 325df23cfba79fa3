import { Refusal } from '../errors/index.ts';

/** What a compressed part may grow to. */
export interface CompressionLimits {
  /** bytes after decompression. */
  readonly maxBytes: number;
  /** Decompressed bytes for each compressed byte, watched once `ratioFloor` is passed. */
  readonly maxRatio: number;
  /** bytes; below it any ratio is harmless and common (blank pages, generated XML). */
  readonly ratioFloor: number;
  /** Concatenated gzip members (RFC 1952 2.2). */
  readonly maxMembers: number;
  /** bytes of one member's header with its optional name, comment and extra field. */
  readonly maxHeaderBytes: number;
}

/** Limits for parts whose P-Mode says nothing narrower. */
export const compressionLimits: CompressionLimits = {
  maxBytes: 2 * 1024 ** 3,
  maxRatio: 200,
  ratioFloor: 10 * 1024 ** 2,
  maxMembers: 1000,
  maxHeaderBytes: 65_536 + 4096,
};

const reasons = {
  'as4/gzip-header': 'the part is labelled application/gzip but is not gzip',
  'as4/gzip-truncated': 'the gzip data ends before it is complete',
  'as4/gzip-damaged': 'the gzip data is damaged',
  'as4/gzip-trailing-bytes': 'bytes that are not gzip follow the gzip data',
  'as4/gzip-size': 'the decompressed part is larger than allowed',
  'as4/gzip-ratio': 'the part grows more under decompression than allowed',
  'as4/gzip-members': 'the part has more gzip members than allowed',
} as const;

/** The names of the ways in which a compressed part is refused. */
export type DecompressionProblem = keyof typeof reasons;

/** Refusal EBMS:0303 for a compressed part (AS4 3.1). */
export function decompressionFailure(
  code: DecompressionProblem,
  seen: { expected?: string; found?: string | undefined; cause?: unknown } = {},
): Refusal {
  const { expected, found, cause } = seen;
  return new Refusal('EBMS:0303', code, reasons[code], {
    finding: {
      check: 'decompression',
      expected,
      found,
      advice: 'Ask the partner to compress the part again as one gzip stream (RFC 1952).',
    },
    cause,
  });
}
