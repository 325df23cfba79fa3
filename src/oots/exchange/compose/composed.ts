import type { PartStreams, Submission } from '../../../msh/index.ts';

/** A message of the exchange, ready to be submitted: its first part is the document. */
export interface Composed {
  readonly submission: Submission;
  readonly document: Uint8Array;
}

/** The parts of a composed message: the document, and behind it those that come with it. */
export async function* partsOf({ document }: Composed, others: PartStreams = nothing()): PartStreams {
  yield { index: 0, content: once(document) };
  for await (const { index, content } of others) yield { index: index + 1, content };
}

async function* nothing(): AsyncGenerator<never> {
  // A document that goes alone.
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
