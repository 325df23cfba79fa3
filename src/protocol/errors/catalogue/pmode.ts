import type { ErrorRoom } from './types.ts';

/** Processing modes. */
export const pmode: ErrorRoom = {
  about: 'processing modes',
  note: 'Problems of P-Mode files are not errors of this list: each has a check, listed in [pmode-reference.md](pmode-reference.md), and `quoin pmode check` shows them all.',
  codes: {
    'pmode/bad-duration': {
      seenBy: 'O',
      cause: 'A duration is not a whole number with a unit.',
      cure: 'Write `90s`, `12m` or `2h`.',
    },
    'pmode/bad-size': {
      seenBy: 'O',
      cause: 'A size is not a whole number with a unit.',
      cure: 'Write `512kB`, `40MB` or `1GiB`.',
    },
    'pmode/incomplete': {
      seenBy: 'D',
      cause: 'A P-Mode was built that its checks should have refused.',
      cure: 'A defect: report it.',
    },
  },
};
