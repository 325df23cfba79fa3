import { minimal } from './loading.ts';
import type { Case, Settings } from './loading.ts';

/** A sample for each check of evidence exchanges: settings that fail at a path, and some that pass. */
export const exchangeCases: Readonly<Record<string, readonly Case[]>> = {
  'preview-in-time': [
    {
      fails: withExchanges({ previewLink: '16m' }),
      path: 'exchanges.previewLink',
      passes: withExchanges({ previewLink: '15m' }),
    },
    {
      fails: withExchanges({ previewWithin: '5m', previewLink: '6m' }),
      path: 'exchanges.previewLink',
      passes: withExchanges({ previewWithin: '5m' }),
    },
    {
      fails: withExchanges({ previewSession: '41m' }),
      path: 'exchanges.previewSession',
      passes: withExchanges({ previewSession: '41m', decideWithin: '1h' }),
    },
  ],
  'log-outlasts-exchange': [
    {
      fails: withExchanges({ keep: '1h' }),
      path: 'exchanges.keep',
      passes: withExchanges({ keep: '63m' }),
    },
  ],
};

function withExchanges(exchanges: Settings): Settings {
  return { ...minimal, exchanges };
}
