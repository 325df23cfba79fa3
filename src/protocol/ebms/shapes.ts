import { COUNT_LIMITS } from './values.ts';

/** How often a child may stand in its parent. */
export interface Occurrence {
  readonly min: 0 | 1;
  readonly max: number;
}

/** What may stand in an element of the ebMS namespace. */
export interface Shape {
  /** Local names of children in the ebMS namespace. */
  readonly children: Readonly<Record<string, Occurrence>>;
  /** Unqualified attributes. */
  readonly attributes: readonly string[];
  /** The schema lets elements of other namespaces stand here; they are passed over. */
  readonly open?: boolean;
}

const one: Occurrence = { min: 1, max: 1 };
const optional: Occurrence = { min: 0, max: 1 };
const upTo = (max: number): Occurrence => ({ min: 0, max });
const oneUpTo = (max: number): Occurrence => ({ min: 1, max });

const party: Shape = { children: { PartyId: oneUpTo(COUNT_LIMITS.partyIds), Role: one }, attributes: [] };
const properties: Shape = { children: { Property: oneUpTo(COUNT_LIMITS.properties) }, attributes: [] };

/** The ebMS 3.0 header schema, with the correction that gives Property a type, as a table (ebMS3 5.2). */
export const SHAPES = {
  Messaging: {
    children: {
      SignalMessage: upTo(COUNT_LIMITS.signalMessages),
      UserMessage: upTo(COUNT_LIMITS.userMessages),
    },
    attributes: ['id'],
    open: true,
  },
  UserMessage: {
    children: {
      MessageInfo: one,
      PartyInfo: one,
      CollaborationInfo: one,
      MessageProperties: optional,
      PayloadInfo: optional,
    },
    attributes: ['mpc'],
  },
  MessageInfo: { children: { Timestamp: one, MessageId: one, RefToMessageId: optional }, attributes: [] },
  PartyInfo: { children: { From: one, To: one }, attributes: [] },
  From: party,
  To: party,
  CollaborationInfo: {
    children: { AgreementRef: optional, Service: one, Action: one, ConversationId: one },
    attributes: [],
  },
  MessageProperties: properties,
  PayloadInfo: { children: { PartInfo: oneUpTo(COUNT_LIMITS.parts) }, attributes: [] },
  PartInfo: {
    children: { Schema: optional, Description: optional, PartProperties: optional },
    attributes: ['href'],
  },
  PartProperties: properties,
  Schema: { children: {}, attributes: ['location', 'version', 'namespace'] },
  SignalMessage: {
    children: {
      MessageInfo: one,
      PullRequest: optional,
      Receipt: optional,
      Error: upTo(COUNT_LIMITS.errors),
    },
    attributes: [],
    open: true,
  },
  PullRequest: { children: {}, attributes: ['mpc'], open: true },
  /** A receipt for an unsigned message repeats its UserMessage (AS4 5.1.8). */
  Receipt: { children: { UserMessage: optional }, attributes: [], open: true },
  Error: {
    children: { Description: optional, ErrorDetail: optional },
    attributes: ['category', 'refToMessageInError', 'errorCode', 'origin', 'severity', 'shortDescription'],
  },
} as const satisfies Record<string, Shape>;

/** An element whose content is a structure. */
export type ShapeName = keyof typeof SHAPES;

/** Unqualified attributes of the elements whose content is text. */
export const LEAF_ATTRIBUTES = {
  Timestamp: [],
  MessageId: [],
  RefToMessageId: [],
  PartyId: ['type'],
  Role: [],
  AgreementRef: ['type', 'pmode'],
  Service: ['type'],
  Action: [],
  ConversationId: [],
  Property: ['name', 'type'],
  Description: [],
  ErrorDetail: [],
} as const satisfies Record<string, readonly string[]>;

/** An element whose content is text. */
export type LeafName = keyof typeof LEAF_ATTRIBUTES;
