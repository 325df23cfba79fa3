/** Bounds on a multipart message; the parts themselves are bounded by whoever reads them. Sizes in bytes. */
export interface MimeLimits {
  /** Parts in all, the SOAP part included. */
  readonly maxParts: number;
  /** Header block of one part. */
  readonly maxHeaderBytes: number;
  /** Lines of the header block of one part, continuations included. */
  readonly maxHeaderLines: number;
  /** What stands before the first boundary, and behind the last: neither is read. */
  readonly maxPreambleBytes: number;
  readonly maxEpilogueBytes: number;
}

/** Limits that no AS4 product comes near: a part has three or four header lines. */
export const DEFAULT_MIME_LIMITS: MimeLimits = {
  maxParts: 64,
  maxHeaderBytes: 16 * 1024,
  maxHeaderLines: 64,
  maxPreambleBytes: 8 * 1024,
  maxEpilogueBytes: 64 * 1024,
};

/** Longest boundary, in characters (RFC 2046 5.1.1). */
export const MAX_BOUNDARY_LENGTH = 70;
