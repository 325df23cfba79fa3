/** The public face of the Message Service Handler. */
export { createMsh } from './msh.ts';
export { rulesText } from './documents/report.ts';
export { DocumentRefusal } from './documents/submitted.ts';
export { createNotifier } from './notify/notifier.ts';
export type * from './notify/types.ts';
export { createBacklog } from './submit/backlog.ts';
export type { Intake } from './submit/intake.ts';
export { inspect } from './inspect/inspect.ts';
export type { Inspection, InspectionBasis } from './inspect/inspect.ts';
export type { Agreements, MshContext, MshLimits, MshTimes, SendingLimits } from './context.ts';
export type * from './ports/index.ts';
export { EVENT_TYPES, eventTypeOf, shortNameOf } from './ports/index.ts';
export type * from './types.ts';
export type { PartnerStatus, Partners } from './partners/partner-status.ts';
export type { BusinessWord } from './deliver/business.ts';
export type { Leased, LeaseWish } from './deliver/inbox.ts';
export type { ResendResult } from './send/resend.ts';
export type { MatchExplanation, MatchFacts } from '../protocol/pmode/index.ts';
