import { QuoinError } from '../../protocol/errors/index.ts';
import type { PartStreams, Submission } from '../types.ts';

type PartStream = PartStreams extends AsyncIterable<infer T> ? T : never;

/**
 * Takes the parts of a submission as they stream by; what each gave stands in `taken` at once, and is returned in the order
 * in which the parts are declared. Throws `submit/undeclared-part`, `submit/missing-part`: each must come exactly once.
 */
export async function takeParts<T extends object>(
  declared: Submission['parts'],
  streams: PartStreams,
  taken: Map<number, T>,
  take: (part: PartStream) => Promise<T>,
): Promise<readonly T[]> {
  for await (const part of streams) {
    const { index } = part;
    if (taken.has(index) || declared[index] === undefined) throw undeclared(index, taken.has(index));
    taken.set(index, await take(part));
  }
  return declared.map((_, index) => taken.get(index) ?? missing(index));
}

function undeclared(index: number, repeated: boolean): QuoinError {
  return new QuoinError(
    'submit/undeclared-part',
    repeated ? 'A part came twice.' : 'A part came that the submission does not declare.',
    {
      finding: {
        check: 'part-declared',
        field: `parts[${index}]`,
        advice: 'Declare each part once, in order, in the message field.',
      },
    },
  );
}

function missing(index: number): never {
  throw new QuoinError('submit/missing-part', 'A declared part did not come.', {
    finding: {
      check: 'part-present',
      field: `parts[${index}]`,
      advice: 'Send the bytes of every part the submission declares.',
    },
  });
}
