import type { Agent } from './basics.ts';
import type { Keeping } from './kept.ts';

/** A string in one language as RegRep writes it (`rim:LocalizedString`). */
export interface LocalizedString extends Keeping {
  readonly value: string;
  readonly lang?: string;
}

/** One reason why a request is not answered (`rs:Exception`, TDD 4.5.3 3.3). */
export interface ExchangeException extends Keeping {
  /** One of the eight of `EXCEPTIONS`, without prefix, for example `ObjectNotFoundExceptionType`. */
  readonly type: ExceptionType;
  readonly severity?: string;
  readonly message?: string;
  readonly code?: string;
  readonly detail?: string;
  /** ISO 8601. */
  readonly timestamp?: string;
  /** `https://` link to send the citizen to: a preview is required. */
  readonly previewLocation?: string;
  readonly previewDescription?: readonly LocalizedString[];
  /** Only in EDM 1.x. */
  readonly previewMethod?: string;
}

/** An Error Response (`query:QueryResponse` with status Failure, TDD 4.5.3). */
export interface ErrorResponse extends Keeping {
  /** May be missing only for an invalid request that had none (R-EDM-ERR-C025). */
  readonly requestId?: string;
  /** `urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure`. */
  readonly status: string;
  readonly specificationIdentifier?: string;
  /** UUID, new for each response. */
  readonly evidenceResponseIdentifier?: string;
  readonly errorProvider?: Agent;
  readonly evidenceRequester?: Agent;
  readonly exceptions?: readonly ExchangeException[];
}

/** The type of an exception, without prefix. */
export type ExceptionType =
  | 'AuthenticationExceptionType'
  | 'AuthorizationExceptionType'
  | 'InvalidRequestExceptionType'
  | 'ObjectNotFoundExceptionType'
  | 'TimeoutExceptionType'
  | 'UnresolvedReferenceExceptionType'
  | 'UnsupportedCapabilityExceptionType'
  | 'QueryExceptionType';

/** What the code list EDMErrorCodes says of an exception. */
export interface ExceptionKind {
  /** As it is written, with its prefix. */
  readonly type: string;
  readonly code: string;
  /** The message to write with it. */
  readonly message: string;
}

/** The eight exceptions by type (code list EDMErrorCodes, the same in all versions). */
export const EXCEPTIONS: Readonly<Record<ExceptionType, ExceptionKind>> = {
  AuthenticationExceptionType: {
    type: 'rs:AuthenticationExceptionType',
    code: 'EDM:ERR:0001',
    message: 'Failed Authentication',
  },
  AuthorizationExceptionType: {
    type: 'rs:AuthorizationExceptionType',
    code: 'EDM:ERR:0002',
    message: 'Missing Authorization',
  },
  InvalidRequestExceptionType: {
    type: 'rs:InvalidRequestExceptionType',
    code: 'EDM:ERR:0003',
    message: 'Syntactically or semantically invalid request',
  },
  ObjectNotFoundExceptionType: {
    type: 'rs:ObjectNotFoundExceptionType',
    code: 'EDM:ERR:0004',
    message: 'Object not found',
  },
  TimeoutExceptionType: {
    type: 'rs:TimeoutExceptionType',
    code: 'EDM:ERR:0005',
    message: 'Exceeding timeout period',
  },
  UnresolvedReferenceExceptionType: {
    type: 'rs:UnresolvedReferenceExceptionType',
    code: 'EDM:ERR:0006',
    message: 'Referenced object cannot be resolved',
  },
  UnsupportedCapabilityExceptionType: {
    type: 'rs:UnsupportedCapabilityExceptionType',
    code: 'EDM:ERR:0007',
    message: 'Optional feature not supported',
  },
  QueryExceptionType: {
    type: 'query:QueryExceptionType',
    code: 'EDM:ERR:0008',
    message: 'Problem during processing of a QueryRequest',
  },
};
