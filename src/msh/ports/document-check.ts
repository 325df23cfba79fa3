import type { UserMessage } from '../../protocol/ebms/index.ts';

/** A rule that a document, or the header of its message, breaks. Nothing of the document but where it is. */
export interface DocumentFinding {
  /** Id of the rule. */
  readonly rule: string;
  /** Only a fatal one makes a document invalid. */
  readonly severity: 'fatal' | 'warning' | 'caution';
  /** XPath-like. */
  readonly place: string;
  /** What the rule wants, in one sentence. */
  readonly text: string;
  /** What stands there: content of the document, for its author only. It is never logged and never kept. */
  readonly found?: string | undefined;
}

/** What a check says of the document of a message. */
export interface DocumentReport {
  readonly verdict: 'valid' | 'invalid';
  /** The version whose rules were applied. */
  readonly version: string;
  /** Fatal ones first; a bounded number. */
  readonly findings: readonly DocumentFinding[];
}

/** A received message whose document is refused. */
export interface RefusedDocument {
  readonly message: UserMessage;
  readonly document: Uint8Array;
  readonly report: DocumentReport;
  /** ms since the epoch. */
  readonly receivedAt: number;
  /** Who answers: the local name of this access point, and its country. */
  readonly self: { readonly name: string; readonly country: string };
}

/** A message that tells a sender that its message is refused. */
export interface DocumentAnswer {
  readonly service: UserMessage['collaborationInfo']['service'];
  readonly action: string;
  readonly messageProperties: UserMessage['messageProperties'];
  readonly mimeType: string;
  readonly document: Uint8Array;
}

/**
 * Knows what the documents in messages must be. It does no I/O, and says the same of the same message each time; what is
 * no document at all is a finding too.
 */
export interface DocumentCheck {
  /** bytes of a document; one that is larger is given cut off, and is invalid. */
  readonly maxBytes: number;
  /** The part to look at; undefined for a message that is none of its business. */
  partOf(message: UserMessage): number | undefined;
  /** `specification` is the version that is agreed, undefined where messages announce theirs. */
  check(message: UserMessage, document: Uint8Array, specification: string | undefined): DocumentReport;
  /** What becomes of an invalid message that is to be refused: its sender is told, it is only withheld, or nobody can be told. */
  whenRefused(message: UserMessage): 'answer' | 'withhold' | 'deliver';
  /** The same for the same message, byte for byte: a repetition must be recognised. */
  answer(refused: RefusedDocument): DocumentAnswer;
}
