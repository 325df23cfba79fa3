/** The examination of an access point and its partners: it looks, tells, advises, and changes nothing. */
export { examine, CHECK_TABLES } from './examine.ts';
export type { Examination } from './examine.ts';
export type { CallGateway } from './patient.ts';
export type { Request as ExaminationRequest } from './gather.ts';
export type { Finished, Note, Outcome } from './types.ts';
