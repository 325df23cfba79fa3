import { QuoinError } from '../errors/index.ts';
import type { EbmsErrorCode } from '../errors/index.ts';
import type { EbmsError, ErrorSeverity } from './types.ts';

/** `eb:Error/@category` (ebMS3 6.2.6). */
export type ErrorCategory = 'Content' | 'Communication' | 'Unpackaging' | 'Processing';

/** `eb:Error/@origin`: the module in which the error arose (ebMS3 6.2.1). */
export type ErrorOrigin = 'ebMS' | 'security' | 'reliability';

/** What the standards say about one error code. */
export interface EbmsErrorRow {
  readonly shortDescription: string;
  readonly severity: ErrorSeverity;
  readonly category: ErrorCategory;
  readonly origin: ErrorOrigin;
  /** Where the code comes from. A `peer` code is recognised when it arrives and never sent. */
  readonly source: 'core' | 'part2' | 'as4' | 'peer';
}

type Row = readonly [string, ErrorSeverity, ErrorCategory, ErrorOrigin?];

const core: Record<EbmsErrorCode, Row> = {
  'EBMS:0001': ['ValueNotRecognized', 'failure', 'Content'],
  'EBMS:0002': ['FeatureNotSupported', 'warning', 'Content'],
  'EBMS:0003': ['ValueInconsistent', 'failure', 'Content'],
  'EBMS:0004': ['Other', 'failure', 'Content'],
  'EBMS:0005': ['ConnectionFailure', 'failure', 'Communication'],
  'EBMS:0006': ['EmptyMessagePartitionChannel', 'warning', 'Communication'],
  'EBMS:0007': ['MimeInconsistency', 'failure', 'Unpackaging'],
  'EBMS:0008': ['FeatureNotSupported', 'failure', 'Unpackaging'],
  'EBMS:0009': ['InvalidHeader', 'failure', 'Unpackaging'],
  'EBMS:0010': ['ProcessingModeMismatch', 'failure', 'Processing'],
  'EBMS:0011': ['ExternalPayloadError', 'failure', 'Content'],
  'EBMS:0101': ['FailedAuthentication', 'failure', 'Processing', 'security'],
  'EBMS:0102': ['FailedDecryption', 'failure', 'Processing', 'security'],
  'EBMS:0103': ['PolicyNoncompliance', 'failure', 'Processing', 'security'],
  'EBMS:0201': ['DysfunctionalReliability', 'failure', 'Processing', 'reliability'],
  'EBMS:0202': ['DeliveryFailure', 'failure', 'Communication', 'reliability'],
};

const part2: Record<EbmsErrorCode, Row> = {
  'EBMS:0020': ['RoutingFailure', 'failure', 'Processing'],
  'EBMS:0021': ['MPCCapacityExceeded', 'failure', 'Processing'],
  'EBMS:0022': ['MessagePersistenceTimeout', 'failure', 'Processing'],
  'EBMS:0023': ['MessageExpired', 'warning', 'Processing'],
  'EBMS:0030': ['BundlingError', 'failure', 'Content'],
  'EBMS:0031': ['RelatedMessageFailed', 'failure', 'Processing'],
  'EBMS:0040': ['BadFragmentGroup', 'failure', 'Content'],
  'EBMS:0041': ['DuplicateMessageSize', 'failure', 'Content'],
  'EBMS:0042': ['DuplicateFragmentCount', 'failure', 'Content'],
  'EBMS:0043': ['DuplicateMessageHeader', 'failure', 'Content'],
  'EBMS:0044': ['DuplicateAction', 'failure', 'Content'],
  'EBMS:0045': ['DuplicateCompressionInfo', 'failure', 'Content'],
  'EBMS:0046': ['DuplicateFragment', 'failure', 'Content'],
  'EBMS:0047': ['BadFragmentStructure', 'failure', 'Unpackaging'],
  'EBMS:0048': ['BadFragmentNum', 'failure', 'Content'],
  'EBMS:0049': ['BadFragmentCount', 'failure', 'Content'],
  'EBMS:0050': ['FragmentSizeExceeded', 'warning', 'Unpackaging'],
  'EBMS:0051': ['ReceiveIntervalExceeded', 'failure', 'Unpackaging'],
  'EBMS:0052': ['BadProperties', 'warning', 'Unpackaging'],
  'EBMS:0053': ['HeaderMismatch', 'failure', 'Unpackaging'],
  'EBMS:0054': ['OutOfStorageSpace', 'failure', 'Unpackaging'],
  'EBMS:0055': ['DecompressionError', 'failure', 'Processing'],
  'EBMS:0060': ['ResponseUsingAlternateMEP', 'warning', 'Processing'],
};

const as4: Record<EbmsErrorCode, Row> = {
  'EBMS:0301': ['MissingReceipt', 'failure', 'Communication'],
  'EBMS:0302': ['InvalidReceipt', 'failure', 'Communication'],
  'EBMS:0303': ['DecompressionFailure', 'failure', 'Communication'],
};

/** phase4 4.5 and later answer a repeated MessageId with this code of their own instead of the first receipt. */
const peer: Record<EbmsErrorCode, Row> = {
  'EBMS:4001': ['DuplicateDetected', 'failure', 'Processing'],
};

function rows(source: EbmsErrorRow['source'], table: Record<EbmsErrorCode, Row>): [string, EbmsErrorRow][] {
  return Object.entries(table).map(([code, [shortDescription, severity, category, origin = 'ebMS']]) => [
    code,
    { shortDescription, severity, category, origin, source },
  ]);
}

/** Every error code we know, by code (ebMS3 core 6.7, part 2, AS4 1.0 section 3, and codes peers add). */
export const EBMS_ERRORS: Readonly<Record<EbmsErrorCode, EbmsErrorRow>> = Object.fromEntries([
  ...rows('core', core),
  ...rows('part2', part2),
  ...rows('as4', as4),
  ...rows('peer', peer),
]);

/** The one sentence a partner gets for any error of the security module, so that no answer tells how near it came. */
export const securityErrorSentence =
  'The message does not meet the security policy agreed for this exchange.';

/** What accompanies a code. For security errors `description` and `detail` are replaced by one fixed sentence. */
export interface ErrorContext {
  readonly refToMessageInError?: string | undefined;
  /** English. */
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
}

/**
 * The `eb:Error` for a code with severity, category, origin and short description as the standard prints them
 * (ebMS3 6.2). Throws QuoinError `ebms/unknown-error-code` for a code we may not send.
 */
export function ebmsError(code: EbmsErrorCode, context: ErrorContext = {}): EbmsError {
  const row = EBMS_ERRORS[code];
  if (row === undefined || row.source === 'peer') {
    throw new QuoinError('ebms/unknown-error-code', `${code} is not an ebMS error code that may be sent`);
  }
  const secret = row.origin === 'security';
  const description = secret ? securityErrorSentence : context.description;
  const detail = secret ? undefined : context.detail;
  return {
    errorCode: code,
    severity: row.severity,
    shortDescription: row.shortDescription,
    category: row.category,
    origin: row.origin,
    ...(context.refToMessageInError === undefined
      ? {}
      : { refToMessageInError: context.refToMessageInError }),
    ...(description === undefined ? {} : { description: { text: description, lang: 'en' } }),
    ...(detail === undefined ? {} : { errorDetail: detail }),
  };
}

const categories = new Map(
  (['Content', 'Communication', 'Unpackaging', 'Processing'] satisfies ErrorCategory[]).map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** The category a partner meant, whatever its case (Domibus writes `CONTENT`); undefined for any other word. */
export function errorCategory(claimed: string | undefined): ErrorCategory | undefined {
  return claimed === undefined ? undefined : categories.get(claimed.toLowerCase());
}
