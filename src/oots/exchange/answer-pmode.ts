import type { Msh, Submission } from '../../msh/index.ts';

/** The P-Mode a request came on, where its answers travel on it too; undefined leaves the choice to what fits. */
export function answerPMode(
  msh: Pick<Msh, 'explain'>,
  pmodeId: string,
  { from, to, service, action }: Submission,
): string | undefined {
  const facts = { direction: 'send', pmodeId, from, to, service, action } as const;
  return msh.explain(facts).some(({ governs }) => governs) ? pmodeId : undefined;
}
