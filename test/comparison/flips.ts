import fc from 'fast-check';

/** A byte of a message to be changed by one bit. */
export interface Flip {
  /** Where: a fraction of what may be chosen from, in millionths. */
  readonly at: number;
  readonly bit: number;
}

/** Flips anywhere, all places alike. */
export const flips: fc.Arbitrary<Flip> = fc.record({
  at: fc.noBias(fc.nat({ max: 999_999 })),
  bit: fc.noBias(fc.nat({ max: 7 })),
});

/** A stretch of a message, end exclusive. */
export type Range = readonly [start: number, end: number];

/** The message with one bit of one of the stretches turned over. */
export function flipped(message: Buffer, ranges: readonly Range[], { at, bit }: Flip): Buffer {
  const total = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  let left = Math.floor((at / 1_000_000) * total);
  const copy = Buffer.from(message);
  for (const [start, end] of ranges) {
    if (left < end - start) {
      copy[start + left]! ^= 1 << bit;
      return copy;
    }
    left -= end - start;
  }
  throw new Error('There is nothing to flip.');
}

/** The stretch of a message from the beginning of one text to the end of another behind it. */
export function between(message: Buffer, from: string, to: string): Range {
  const start = message.indexOf(from);
  const end = message.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`The message has no ${from}...${to}.`);
  return [start, end + Buffer.byteLength(to)];
}

/**
 * What a signature covers in an envelope as the product writes it, with Messaging in canonical form: no flip there is
 * neutral. Left out are the unused bits at the end of SignatureValue and declarations that repeat those above them.
 */
export function coveredRanges(envelope: Buffer): readonly Range[] {
  const [start, end] = between(envelope, '<ds:SignatureValue>', '==</ds:SignatureValue>');
  return [
    ...withoutRepeated(envelope, between(envelope, '<eb:Messaging', '</eb:Messaging>')),
    ...withoutRepeated(envelope, between(envelope, '<S12:Body', '</S12:Body>')),
    ...withoutRepeated(envelope, between(envelope, '<ds:SignedInfo', '</ds:SignedInfo>')),
    [start + '<ds:SignatureValue>'.length, end - '=='.length - '</ds:SignatureValue>'.length - 1],
  ];
}

/** A stretch without the declarations of the prefixes that the product's Envelope and Signature bind already. */
function withoutRepeated(envelope: Buffer, [start, end]: Range): readonly Range[] {
  const text = envelope.toString('latin1', start, end);
  const ranges: Range[] = [];
  let from = start;
  for (const { 0: declaration, index } of text.matchAll(/ xmlns:(?:S12|ds)="[^"]*"/g)) {
    ranges.push([from, start + index]);
    from = start + index + declaration.length;
  }
  return [...ranges, [from, end]];
}

/**
 * What a signature in an envelope of any layout covers: Messaging, SignedInfo and Body as they are written, none of them
 * as an empty-element tag.
 */
export function writtenRanges(envelope: Buffer): readonly Range[] {
  // One character a byte, so that places in the text are places in the message.
  const text = envelope.toString('latin1');
  return [
    written(text, 'Messaging', text.search(/<(?:[\w-]+:)?Messaging[\s>]/)),
    written(text, 'SignedInfo', text.search(/<(?:[\w-]+:)?SignedInfo[\s>]/)),
    // Content may hold elements of this name; the Body of the envelope is the last.
    written(text, 'Body', [...text.matchAll(/<(?:[\w-]+:)?Body[\s>]/g)].at(-1)?.index ?? -1),
  ];
}

function written(text: string, name: string, start: number): Range {
  const end = new RegExp(`</(?:[\\w-]+:)?${name}\\s*>`).exec(text.slice(start));
  if (start < 0 || end === null) throw new Error(`The message has no ${name}.`);
  return [start, start + end.index + end[0].length];
}
