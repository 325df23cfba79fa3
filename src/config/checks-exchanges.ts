import type { ConfigCheck } from './check-table.ts';

/** Checks of evidence exchanges. */
export const exchangeChecks: readonly ConfigCheck[] = [
  {
    name: 'preview-in-time',
    severity: 'error',
    about: 'Preview links and their sessions do not outlast what waits for them.',
    advice:
      'Make previewLink at most previewWithin and previewSession at most decideWithin, or leave them out.',
    run: ({ config: { exchanges } }) => [
      ...(exchanges.previewLinkMs > exchanges.previewMs
        ? [
            {
              path: ['exchanges', 'previewLink'],
              message: 'a preview link could be opened when nobody waits for the citizen any more',
            },
          ]
        : []),
      ...(exchanges.previewSessionMs > exchanges.decisionMs
        ? [
            {
              path: ['exchanges', 'previewSession'],
              message: 'a preview could be decided in when nobody waits for the decision any more',
            },
          ]
        : []),
    ],
  },
  {
    name: 'log-outlasts-exchange',
    severity: 'error',
    about:
      'Documents are kept as long as their exchange may last: the answer is joined to its request by them.',
    advice:
      'Make exchanges.keep longer than answerWithin, previewWithin, decideWithin and twice patience together.',
    run: ({ config: { exchanges } }) => {
      const { answerMs, previewMs, decisionMs, patienceMs, keepMs } = exchanges;
      return keepMs > answerMs + previewMs + decisionMs + 2 * patienceMs
        ? []
        : [{ path: ['exchanges', 'keep'], message: 'documents would go while their exchange waits' }];
    },
  },
];
