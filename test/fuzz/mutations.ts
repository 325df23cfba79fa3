import fc from 'fast-check';

/** Mutated inputs a fuzz test tries; QUOIN_FUZZ_RUNS=100000 makes an evening of it. */
export const FUZZ_RUNS = Number(process.env['QUOIN_FUZZ_RUNS'] ?? 3_000);

/** One change to a text of bytes: at a place (a fraction of the length), what is cut out and what is put in. */
interface Mutation {
  readonly at: number;
  readonly cut: number;
  readonly insert: string;
}

/**
 * Texts made from seeds by cutting and inserting: pieces that mean something in the format, single bytes, and pieces of
 * the seed itself. Characters are bytes (latin1).
 */
export function mutated(seeds: readonly string[], tokens: readonly string[]): fc.Arbitrary<Buffer> {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  const piece = fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
    )
    .map(([seed, from, length]) =>
      seed.slice(Math.floor(from * seed.length), Math.floor(from * seed.length) + length),
    );
  const mutation = fc.record<Mutation>({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 200 })),
    insert: fc.oneof(fc.constant(''), fc.constantFrom(...tokens), byte, piece),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 5 }))
    .map(([seed, mutations]) => Buffer.from(mutations.reduce(applied, seed), 'latin1'));
}

function applied(text: string, { at, cut, insert }: Mutation): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + insert + text.slice(place + cut);
}
