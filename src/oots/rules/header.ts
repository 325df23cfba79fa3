import type { EdmVersion, EdmVersionName } from '../versions.ts';
import { isAgentScheme } from './code-lists.ts';
import { UUID } from './patterns.ts';
import { ALL, TWO } from './rule.ts';
import type { Severity } from './rule.ts';

/** A message property or a party id: its value and type. */
export interface PropertyFacts {
  readonly name: string;
  readonly value: string;
  readonly type?: string | undefined;
}

/** A part of a message, in order. */
export interface PartFacts {
  /** Content-ID, without `cid:`. */
  readonly contentId?: string | undefined;
  readonly mimeType?: string | undefined;
}

/** What the rules look at of an ebMS header (TDD 4.7.1). */
export interface HeaderFacts {
  /** `ExecuteQueryRequest`, `ExecuteQueryResponse` or `ExceptionResponse`. */
  readonly action?: string | undefined;
  readonly conversationId: string;
  /** Identifiers of both access points, named `From` and `To`. */
  readonly parties?: readonly PropertyFacts[] | undefined;
  readonly messageProperties: readonly PropertyFacts[];
  readonly parts: readonly PartFacts[];
}

/** One rule about the header of a message (TDD 4.7.2). */
export interface HeaderRule {
  readonly id: string;
  readonly severity: Severity;
  readonly versions: readonly EdmVersionName[];
  readonly text: string;
  readonly place: string;
  /** What was found instead; undefined when the rule is met. */
  readonly test: (header: HeaderFacts, version: EdmVersion) => string | undefined;
}

const PROPERTIES = 'eb:MessageProperties';
const PARTS = 'eb:PayloadInfo';
const REGREP = 'application/x-ebrs+xml';

const propertyPlace = (name: string): string => `${PROPERTIES}/eb:Property[@name='${name}']`;

const valuesOf = ({ messageProperties }: HeaderFacts, name: string): readonly string[] =>
  messageProperties.filter((property) => property.name === name).map(({ value }) => value);

const isResponse = ({ action }: HeaderFacts): boolean => action === 'ExecuteQueryResponse';

const isOneDocument = ({ action }: HeaderFacts): boolean =>
  action === 'ExecuteQueryRequest' || action === 'ExceptionResponse';

/** The first with a type that is no known scheme. */
function unknownScheme(all: readonly PropertyFacts[], version: EdmVersion): string | undefined {
  const found = all.find(({ type }) => type === undefined || !isAgentScheme(type, version));
  return found === undefined ? undefined : `${found.name}: ${found.type ?? 'no type'}`.slice(0, 160);
}

const corners = ({ messageProperties }: HeaderFacts): readonly PropertyFacts[] =>
  messageProperties.filter(({ name }) => name === 'originalSender' || name === 'finalRecipient');

/** Rules about headers, as far as they are known (R-EDM-ebMS, TDD 4.7.2). */
export const HEADER_RULES: readonly HeaderRule[] = [
  {
    id: 'R-EDM-ebMS-006',
    severity: 'warning',
    versions: ALL,
    text: 'The identifiers of the access points have a known scheme as type.',
    place: 'eb:PartyInfo',
    test: ({ parties }, version) => unknownScheme(parties ?? [], version),
  },
  {
    id: 'R-EDM-ebMS-017',
    severity: 'fatal',
    versions: ALL,
    text: 'The conversation is a UUID.',
    place: 'eb:CollaborationInfo/eb:ConversationId',
    test: ({ conversationId }) =>
      UUID.test(conversationId.trim()) ? undefined : conversationId.slice(0, 80),
  },
  {
    id: 'R-EDM-ebMS-018',
    severity: 'fatal',
    versions: ALL,
    text: 'There are as many message properties as the version has: four in EDM 2.0, two before.',
    place: PROPERTIES,
    test: ({ messageProperties: { length } }, { headerProperties }) =>
      length === headerProperties.length ? undefined : String(length),
  },
  {
    id: 'R-EDM-ebMS-019',
    severity: 'fatal',
    versions: ALL,
    text: 'Each message property of the version is there once, and no other.',
    place: PROPERTIES,
    test(header, { headerProperties }) {
      const missing = headerProperties.find((name) => valuesOf(header, name).length !== 1);
      if (missing !== undefined) return `${valuesOf(header, missing).length} times ${missing}`;
      return header.messageProperties.find(({ name }) => !headerProperties.includes(name))?.name;
    },
  },
  {
    id: 'R-EDM-ebMS-021',
    severity: 'warning',
    versions: ALL,
    text: 'The identifiers of the outer corners have a known scheme as type.',
    place: PROPERTIES,
    test: (header, version) => unknownScheme(corners(header), version),
  },
  {
    id: 'R-EDM-ebMS-023',
    severity: 'fatal',
    versions: ALL,
    text: 'A request or an exception has one part.',
    place: PARTS,
    test: (header) =>
      isOneDocument(header) && header.parts.length !== 1 ? `${header.parts.length} parts` : undefined,
  },
  {
    id: 'R-EDM-ebMS-030',
    severity: 'fatal',
    versions: ALL,
    text: `The part of a request or an exception is ${REGREP}.`,
    place: `${PARTS}/eb:PartInfo[1]`,
    test: (header) =>
      isOneDocument(header) && header.parts[0]?.mimeType !== REGREP
        ? (header.parts[0]?.mimeType ?? 'no media type')
        : undefined,
  },
  {
    id: 'R-EDM-ebMS-032',
    severity: 'warning',
    versions: ALL,
    text: `The first part of a response is ${REGREP}.`,
    place: `${PARTS}/eb:PartInfo[1]`,
    test: (header) =>
      isResponse(header) && header.parts[0]?.mimeType !== REGREP
        ? (header.parts[0]?.mimeType ?? 'no media type')
        : undefined,
  },
  {
    id: 'R-EDM-ebMS-037',
    severity: 'fatal',
    versions: TWO,
    text: 'The exchange is a UUID.',
    place: propertyPlace('ExchangeId'),
    test: (header) => valuesOf(header, 'ExchangeId').find((value) => !UUID.test(value.trim())),
  },
  {
    id: 'R-EDM-ebMS-038',
    severity: 'fatal',
    versions: TWO,
    text: 'The header announces oots-edm:v2.0.',
    place: propertyPlace('SpecificationId'),
    test: (header, { specification }) =>
      valuesOf(header, 'SpecificationId').find((value) => value !== specification),
  },
];
