/** SOAP 1.2: the envelope, its header blocks and who they are for, mustUnderstand, faults. */
export { isSoapContentType } from './content-type.ts';
export { readEnvelope } from './envelope.ts';
export type { SoapEnvelope } from './envelope.ts';
export { readFault, writeFault, writeFaultEnvelope } from './fault.ts';
export type { Fault, FaultCode, ReceivedFault } from './fault.ts';
export { blocksFor, checkMustUnderstand } from './header-blocks.ts';
export type { BlockName } from './header-blocks.ts';
export { writeEnvelope } from './write-envelope.ts';
export type { EnvelopeContent } from './write-envelope.ts';
