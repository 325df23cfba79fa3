import { showTyped } from './fields.ts';
import type { Leg, PMode, Party, PropertyRule, ReceptionAwareness } from './types.ts';
import { formatDuration, formatSize } from './units.ts';

/** One thing that can be different, by the name people know it by: a value, or a list whose order is of no account. */
export type DiffRow<T> = { readonly what: string } & (
  | { readonly show: (of: T) => string; readonly list?: undefined }
  | { readonly list: (of: T) => readonly string[]; readonly show?: undefined }
);

/** `what changes from A to B`; nothing when they are the same. */
export function changed(what: string, before: string, after: string): readonly string[] {
  return before === after ? [] : [`${what} changes from ${before} to ${after}`];
}

/** `what: B added; A removed; B comes first now`, or the new order where only that has changed. */
export function changedList(
  what: string,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const added = after.filter((one) => !before.includes(one)).map((one) => `${one} added`);
  const removed = before.filter((one) => !after.includes(one)).map((one) => `${one} removed`);
  // Of certificates the first valid one is used: one put before another changes more than a list.
  const first =
    before[0] !== undefined && after.indexOf(before[0]) > 0 ? [`${after[0]} comes first now`] : [];
  if (added.length + removed.length > 0) return [`${what}: ${[...added, ...removed, ...first].join('; ')}`];
  return changed(`the order of the ${what}`, before.join(', '), after.join(', '));
}

const yes = (holds: boolean): string => (holds ? 'yes' : 'no');

/** What belongs to the P-Mode as a whole. */
export const pmodeRows: readonly DiffRow<PMode>[] = [
  { what: 'message exchange pattern', show: ({ mep, binding }) => `${mep}/${binding}` },
  { what: 'agreement', show: ({ agreement }) => showTyped(agreement) },
  { what: 'this access point', show: ({ selfIs }) => `the ${selfIs}` },
  { what: 'initiator', show: ({ initiator }) => initiator.party.name },
  { what: 'role of the initiator', show: ({ initiator }) => initiator.role },
  { what: 'responder', show: ({ responder }) => responder.party.name },
  { what: 'role of the responder', show: ({ responder }) => responder.role },
];

/** What belongs to a party. */
export const partyRows: readonly DiffRow<Party>[] = [
  { what: 'PartyIds', list: ({ partyIds }) => partyIds.map(showTyped) },
  { what: 'address', show: ({ address }) => address ?? '(none)' },
  { what: 'country', show: ({ country }) => country ?? '(none)' },
  { what: 'signing certificates', list: ({ certificates }) => certificates.signing },
  { what: 'encryption certificates', list: ({ certificates }) => certificates.encryption },
  { what: 'trust anchors', list: ({ certificates }) => certificates.anchors },
  { what: 'subject of its signer', show: ({ certificates: { subject } }) => subjectText(subject) },
];

function subjectText(subject: Readonly<Record<string, string>> | undefined): string {
  if (subject === undefined) return '(any)';
  return Object.entries(subject)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ');
}

/** What belongs to a leg; its switches for security are told apart, louder (weak-modes.ts). */
export const legRows: readonly DiffRow<Leg>[] = [
  { what: 'sender', show: ({ sender }) => sender },
  { what: 'service', show: ({ service }) => showTyped(service) },
  { what: 'action', show: ({ action }) => action },
  { what: 'message partition channel', show: ({ mpc }) => mpc },
  { what: 'message properties', list: ({ properties }) => properties.map(propertyText) },
  { what: 'refusal of other message properties', show: ({ closedProperties }) => yes(closedProperties) },
  { what: 'payload parts', show: ({ payload }) => `${payload.minParts} to ${payload.maxParts}` },
  { what: 'largest part', show: ({ payload }) => formatSize(payload.maxPartSize) },
  { what: 'largest message', show: ({ payload }) => formatSize(payload.maxMessageSize) },
  { what: 'media types', show: ({ payload }) => payload.mimeTypes?.join(', ') ?? '(any)' },
  { what: 'compression', show: ({ compress }) => yes(compress) },
  { what: 'algorithms', show: ({ security }) => security.suite },
  { what: 'signing key reference', show: ({ security }) => security.signingKeyReference },
  { what: 'encryption key reference', show: ({ security }) => security.encryptionKeyReference },
  { what: 'retry', show: ({ receptionAwareness }) => retryText(receptionAwareness) },
  { what: 'check of received documents', show: ({ documentCheck }) => documentCheck.inbound },
  { what: 'check of submitted documents', show: ({ documentCheck }) => documentCheck.outbound },
  {
    what: 'agreed specification',
    show: ({ documentCheck: { specification } }) => specification ?? '(as announced)',
  },
  { what: 'reply leg', show: ({ replyLeg }) => replyLeg ?? '(none)' },
  { what: 'errors told to the consumer', show: ({ notify }) => yes(notify.consumer) },
  { what: 'errors told to the producer', show: ({ notify }) => yes(notify.producer) },
  { what: 'delivery', show: ({ delivery }) => delivery },
];

function propertyText({ name, required, type, value }: PropertyRule): string {
  const facts = [
    required ? 'required' : 'optional',
    ...(type === undefined ? [] : [`type ${type}`]),
    ...(value === undefined ? [] : [`value ${value}`]),
  ];
  return `${name} (${facts.join(', ')})`;
}

function retryText({ retries, window, strategy }: ReceptionAwareness): string {
  if (strategy === 'once' || retries === 0) return 'no retry';
  const distance = strategy === 'constant' ? `every ${spoken(window / retries)}` : 'ever further apart';
  return `${retries} ${retries === 1 ? 'retry' : 'retries'} over ${spoken(window)} (${distance})`;
}

const UNITS: Readonly<Record<string, string>> = { ms: ' ms', s: ' s', m: ' min', h: ' h', d: ' d' };

/** `12 min`; a distance that is no whole number of ms is rounded. */
function spoken(ms: number): string {
  return formatDuration(Math.round(ms)).replace(/[a-z]+$/, (unit) => UNITS[unit] ?? unit);
}
