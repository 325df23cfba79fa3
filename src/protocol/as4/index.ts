/**
 * The AS4 profile on top of ebMS3: compression, non-repudiation, reception awareness, reply classes and the header
 * rules of eDelivery AS4. Pure: what to do, never when or where.
 */
export { growsTooMuch, gunzipBounded, gzip, gzipMediaType } from './compression.ts';
export { compressionLimits } from './compression-limits.ts';
export type { CompressionLimits, DecompressionProblem } from './compression-limits.ts';
export { checkReceipt, compareNonRepudiation, nonRepudiation } from './non-repudiation.ts';
export type { ExpectedReceipt } from './non-repudiation.ts';
export {
  attemptAfterFailure,
  attemptTimes,
  decideAttempt,
  lastChanceAt,
  latenessAllowed,
  nextAttempt,
  windowEnd,
} from './reception-awareness.ts';
export type { AttemptsSoFar, HeldBack, RetryDecision, RetryPolicy } from './reception-awareness.ts';
export { parseRetryString } from './retry-string.ts';
export { consequenceOf } from './error-consequences.ts';
export type { ErrorConsequence } from './error-consequences.ts';
export { REPLY_CLASSES, classifyReply } from './reply-classes.ts';
export type { ErrorReply, Reply, ReplyClass, ReplyVerdict } from './reply-classes.ts';
export {
  PART_PROPERTIES,
  checkPartProperties,
  consumerProperties,
  isCompressed,
  partPropertyViolations,
  partTreatment,
  writtenProperties,
} from './part-properties.ts';
export type { PartTreatment } from './part-properties.ts';
export {
  FOUR_CORNER_PROPERTIES,
  checkCommonProfile,
  checkFourCorner,
  commonProfileViolations,
  fourCornerViolations,
  payloadContentIds,
} from './user-message-checks.ts';
export {
  checkPayloadProfile,
  checkPayloadSizes,
  checkRequiredProperties,
  payloadProfileViolations,
  payloadSizeViolations,
  propertyViolations,
} from './leg-checks.ts';
export type { PropertySet } from './leg-checks.ts';
export { checkReference, referenceViolations } from './two-way.ts';
export type { ExchangePlace, RequestFacts } from './two-way.ts';
export { isTestService } from './test-service.ts';
