import { cataloguedError } from './catalogue/index.ts';
import type { EbmsErrorCode, ErrorCode } from './codes.ts';

/** What an operator needs to recognise a certificate. Dates are ISO 8601. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** One failed check: which, on what, what was expected, what was found, and what to do about it. */
export interface Finding {
  /** The name of the check, the same in every log line, page and test: for example `signer-speaks-for-from-party`. */
  readonly check: string;
  /** The field or place that was looked at: an XPath-like place, a header name, a configuration path. */
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly certificate?: CertificateFacts | undefined;
  /** One sentence: what the reader should do next. */
  readonly advice?: string | undefined;
}

/** The base of all errors raised on purpose; anything else that surfaces is a defect. */
export class QuoinError extends Error {
  readonly code: ErrorCode;
  /** Always there for a code of the catalogue (docs/errors.md), and then it always has advice. */
  readonly finding: Finding | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { finding?: Finding | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'QuoinError';
    this.code = code;
    this.finding = explained(code, options.finding);
  }
}

/** The finding with the advice of the catalogue, where the place that raised the error has none of its own. */
function explained(code: ErrorCode, finding: Finding | undefined): Finding | undefined {
  if (finding?.advice !== undefined) return finding;
  const cure = cataloguedError(code)?.cure;
  if (cure === undefined) return finding;
  return { check: code.slice(code.indexOf('/') + 1), ...finding, advice: cure.replaceAll('`', '') };
}

/**
 * A message from a partner that is refused: the code goes to the partner, the finding stays in the journal.
 * Security refusals (01xx) never carry their reason over the wire.
 */
export class Refusal extends QuoinError {
  readonly ebms: EbmsErrorCode;

  constructor(
    ebms: EbmsErrorCode,
    code: ErrorCode,
    message: string,
    options: { finding?: Finding | undefined; cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.name = 'Refusal';
    this.ebms = ebms;
  }
}

/** True for an error raised on purpose. */
export function isQuoinError(error: unknown): error is QuoinError {
  return error instanceof QuoinError;
}

/** An error as one line for a log or a journal: the code and message of ours, the message of anything else. */
export function describeError(error: unknown): string {
  if (error instanceof QuoinError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
