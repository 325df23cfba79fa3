/**
 * The ebMS 3.0 header: `eb:Messaging` between XML and values, the error table, identities of parties. What is read is
 * claimed, not proven.
 */
export type * from './types.ts';
export { EBMS_ERRORS, ebmsError, errorCategory, securityErrorSentence } from './errors.ts';
export type { EbmsErrorRow, ErrorCategory, ErrorContext, ErrorOrigin } from './errors.ts';
export { checkOnePartyId, isUri, partyIdViolations, partyKey, samePartyId } from './parties.ts';
export {
  MEP_BINDING_URIS,
  MEP_URIS,
  defaultInitiatorRole,
  defaultMpc,
  defaultResponderRole,
  testAction,
  testService,
} from './uris.ts';
export { refuseViolations } from './violations.ts';
export type { Violation } from './violations.ts';
export { COUNT_LIMITS, interoperableLength } from './values.ts';
export { timeOrderedUuid } from './time-ordered-uuid.ts';
export { readMessaging } from './read-messaging.ts';
export { writeMessaging } from './write-messaging.ts';
export type { MessagingParts } from './write-messaging.ts';
export { writeErrorSignal, writeReceipt } from './write-signal-message.ts';
export { writeUserMessage } from './write-user-message.ts';
