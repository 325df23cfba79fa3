import * as z from 'zod';
import type { PropertyRule } from './types.ts';
import { DURATION_PATTERN, SIZE_PATTERN } from './units.ts';

/** Text without control characters and without white space at its ends: it is compared byte by byte on the wire. */
const EXACT_TEXT = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

/** The local name of a party or a P-Mode. */
const LOCAL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const text = (max = 1024) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(EXACT_TEXT, 'must have no control characters and no white space at its ends');

const localName = z
  .string()
  .max(100, 'must have at most 100 characters')
  .regex(LOCAL_NAME, 'must be letters, digits, ".", "_" and "-", beginning with a letter or digit');

const duration = z
  .string()
  .regex(DURATION_PATTERN, 'must be a whole number with a unit: 500ms, 90s, 12m, 2h');

const size = z.union([
  z.int().nonnegative('must not be negative'),
  z.string().regex(SIZE_PATTERN, 'must be a whole number with a unit: 512kB, 40MB, 1GiB'),
]);

const count = (max: number) => z.int().min(0, 'must not be negative').max(max, `must be at most ${max}`);

const list = <T extends z.ZodType>(entry: T, max: number) =>
  z.array(entry).max(max, `must have at most ${max} entries`);

/** A value with an optional type, or just the value. */
const typed = (what: string, max = 1024) =>
  z.union([
    text(max),
    z.strictObject({
      value: text(max).describe(`The ${what} as it stands on the wire.`),
      type: text().optional().describe(`The type attribute of the ${what}; leave it out when there is none.`),
    }),
  ]);

const names = (what: string) => z.union([text(255), list(text(255), 10)]).describe(what);

const certificates = z.union([
  text(255),
  z.strictObject({
    signing: names(
      'Files in the certificate directory with the signing certificates that are trusted; two during a rollover.',
    ).optional(),
    encryption: names(
      'Files in the certificate directory with the encryption certificates; the first valid one is used.',
    ).optional(),
    anchors: names(
      'Files in the certificate directory with certificate authorities a signing certificate may chain to instead of being pinned.',
    ).optional(),
    subject: z
      .record(z.string().regex(/^[A-Za-z0-9.]{1,40}$/, 'must be an attribute name such as CN'), text(255))
      .optional()
      .describe('With anchors: attributes the subject of the signing certificate must have.'),
  }),
]);

const party = z.strictObject({
  ids: list(typed('party identifier', 255), 20)
    .optional()
    .describe('All identifiers the party may use; the first is the one that is written.'),
  address: z
    .string()
    .max(2048, 'must have at most 2048 characters')
    .optional()
    .describe('URL of the access point of the party (PMode[].Protocol.Address).'),
  allowPlainHttp: z
    .boolean()
    .optional()
    .describe(
      'Accept an address without TLS that is not on this machine. A weaker mode, announced in the log.',
    ),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters, EL for Greece')
    .optional()
    .describe('Country of the party, which the answers to refused evidence requests name.'),
  certificates: certificates
    .optional()
    .describe(
      'How the party proves itself and what is encrypted for it; one file name stands for both uses.',
    ),
});

const side = z.union([
  localName,
  z.strictObject({
    party: localName.optional().describe('The name of one of the parties.'),
    role: text().optional().describe('The role the party plays (eb:Role).'),
  }),
]);

const property = z.union([
  text(255),
  z.strictObject({
    name: text(255).describe('Name of the message property.'),
    required: z.boolean().optional().describe('Refuse a message without it; default true.'),
    type: text().optional().describe('The type attribute it must have.'),
    value: text().optional().describe('The value it must have.'),
  }),
]);

const payload = z.strictObject({
  minParts: count(64).optional().describe('Fewest payload parts of a message.'),
  maxParts: count(64).optional().describe('Most payload parts of a message.'),
  maxPartSize: size.optional().describe('Largest part after decompression.'),
  maxMessageSize: size.optional().describe('Largest sum of all parts after decompression.'),
  mimeTypes: list(text(255), 50).optional().describe('Media types allowed; any when left out.'),
});

const keyReference = z.enum(['BinarySecurityToken', 'PKIPath', 'SubjectKeyIdentifier', 'IssuerSerial']);

const security = z.strictObject({
  suite: z.enum(['eDelivery-AS4-1.15']).optional().describe('The row of the algorithm table that is used.'),
  sign: z.boolean().optional().describe('Sign and require signatures; false is a weaker mode.'),
  encrypt: z
    .boolean()
    .optional()
    .describe('Encrypt and require encryption of all parts; false is a weaker mode.'),
  signingKeyReference: keyReference
    .optional()
    .describe('How our signing certificate is named in what we send.'),
  encryptionKeyReference: keyReference
    .optional()
    .describe('How the encryption certificate of the partner is named in what we send.'),
  acceptUnsignedBody: z
    .boolean()
    .optional()
    .describe('Accept a signature that leaves the empty SOAP Body out. A weaker mode.'),
  acceptLegacyKeyTransport: z
    .boolean()
    .optional()
    .describe('Accept rsa-oaep-mgf1p and the SHA-1 defaults of OAEP. A weaker mode.'),
});

const receptionAwareness = z.strictObject({
  retries: count(100).optional().describe('Attempts after the first one.'),
  window: duration
    .optional()
    .describe(
      'Time from the first attempt until the message has failed (EBMS:0301); the retries are spread over it.',
    ),
  strategy: z
    .enum(['constant', 'progressive', 'once'])
    .optional()
    .describe('Equal distances, growing distances, or no retry.'),
  duplicateDetection: z.boolean().optional().describe('Deliver a message once, however often it arrives.'),
});

const checkMode = z.enum(['off', 'observe', 'warn', 'refuse']);

const documentCheck = z.strictObject({
  inbound: checkMode
    .optional()
    .describe(
      'What is received: log and count findings (observe), show them with the message too (warn), or answer an invalid request with an exception instead of delivering it (refuse).',
    ),
  outbound: checkMode
    .optional()
    .describe(
      'What is submitted: log and count findings (observe), tell them in the answer too (warn), or take nothing that is invalid (refuse).',
    ),
  specification: z
    .enum(['oots-edm:v1.0', 'oots-edm:v1.1', 'oots-edm:v1.2', 'oots-edm:v2.0'])
    .optional()
    .describe('The one version that is agreed; each message announces its own when left out.'),
});

const legOptions = {
  sender: z
    .enum(['initiator', 'responder', 'either'])
    .optional()
    .describe('Which side sends on this leg; a reply leg is sent by the responder when left out.'),
  mpc: text().optional().describe('Message partition channel.'),
  properties: list(property, 50)
    .optional()
    .describe('Message properties that are expected; a plain name means a required one.'),
  closedProperties: z.boolean().optional().describe('Refuse message properties that are not listed.'),
  payload: payload.optional().describe('Limits for the payloads (PMode[].BusinessInfo.PayloadProfile).'),
  compress: z
    .boolean()
    .optional()
    .describe('Compress the parts that are sent; compressed parts are always accepted.'),
  security: security.optional().describe('Message security (PMode[].Security).'),
  receptionAwareness: receptionAwareness
    .optional()
    .describe('Retries and duplicates (PMode[].ReceptionAwareness).'),
  documentCheck: documentCheck
    .optional()
    .describe('Check of the documents of the evidence exchange, schema and business rules (docs/oots.md).'),
  notify: z
    .strictObject({
      consumer: z.boolean().optional().describe('Tell the receiving backend of processing errors.'),
      producer: z.boolean().optional().describe('Tell the sending backend of processing errors.'),
    })
    .optional()
    .describe('Who hears of errors (PMode[].ErrorHandling.Report).'),
  delivery: z
    .enum(['inbox', 'none'])
    .optional()
    .describe('Keep received messages for the backend, or acknowledge and drop them (test service only).'),
};

const leg = z.strictObject({
  name: localName.optional().describe('Name of the leg; the last word of the action when left out.'),
  service: typed('service').optional().describe('eb:Service.'),
  action: text().optional().describe('eb:Action.'),
  replyLeg: localName.optional().describe('Two-way only: the leg the reply travels on.'),
  ...legOptions,
});

/** The shape of a P-Mode file. Everything may be left out here; what an agreement needs is asked for by named checks. */
export const pmodeFileShape = z
  .strictObject({
    id: localName
      .optional()
      .describe('Name of the agreement, local to both sides; the file name when left out.'),
    description: z.string().max(2000).optional().describe('A sentence for people.'),
    profile: z
      .enum(['common', 'four-corner', 'oots'])
      .optional()
      .describe('Named set of values that this file starts from.'),
    parties: z
      .record(localName, party)
      .optional()
      .describe('The two parties by local name (one alone for messages to oneself).'),
    initiator: side.optional().describe('The party that begins: its name, or party and role.'),
    responder: side.optional().describe('The other party: its name, or party and role.'),
    mep: z.enum(['oneWay', 'twoWay']).optional().describe('Message exchange pattern.'),
    binding: z
      .enum(['push', 'pushAndPush'])
      .optional()
      .describe('How the pattern maps to HTTP; follows from the pattern.'),
    agreement: typed('agreement reference')
      .optional()
      .describe('eb:AgreementRef; messages must carry exactly this, or none when left out.'),
    legDefaults: z.strictObject(legOptions).optional().describe('Values for all legs of this file.'),
    legs: list(leg, 100)
      .optional()
      .describe('Directions of travel. A leg with the name of a leg of the profile changes that one.'),
    omitLegs: list(localName, 100)
      .optional()
      .describe('Legs of the profile that are not part of this agreement.'),
  })
  .meta({
    title: 'Quoin P-Mode',
    description: 'One agreement between two access points, read unchanged by both.',
    required: ['parties', 'initiator', 'responder'],
  });

/** A P-Mode file of the right shape, possibly incomplete. */
export type PModeFile = z.infer<typeof pmodeFileShape>;

/** A leg as a file writes it. */
export type LegFile = NonNullable<PModeFile['legs']>[number];

/** A party as a file writes it. */
export type PartyFile = NonNullable<PModeFile['parties']>[string];

/** A message property as a file writes it, with the shorthand of a bare name. */
export type PropertyFile = NonNullable<LegFile['properties']>[number];

/** The rule a property of a file stands for. */
export function propertyRule(written: PropertyFile): PropertyRule {
  if (typeof written === 'string') return { name: written, required: true };
  return { ...written, required: written.required ?? true };
}

/** A value that may be written as bare text or with a type. */
export function typedValue(written: string | { value: string; type?: string | undefined }): {
  readonly value: string;
  readonly type?: string | undefined;
} {
  if (typeof written === 'string') return { value: written };
  return written.type === undefined ? { value: written.value } : written;
}
