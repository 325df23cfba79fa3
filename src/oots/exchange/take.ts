import type { Exchange } from '../ports/index.ts';
import type { ExchangesContext } from './types.ts';
import { wishError } from './refuse-wish.ts';

/**
 * The backend has the answer: what was received in the exchange is acknowledged, then the exchange is taken; dying between
 * the two, it waits on. Whether that is news. Throws `oots/not-answered`, and `deliver/leased` for a message somebody works on.
 */
export async function takeAnswer(
  { msh, store, nature }: ExchangesContext,
  exchange: Exchange,
): Promise<boolean> {
  if (exchange.state !== 'answered')
    throw wishError('oots/not-answered', 'There is no answer to take yet.', {
      field: 'state',
      expected: 'answered',
      found: exchange.state,
    });
  for (const { direction, rowId } of await store.documentsOf(exchange.id))
    if (direction === 'in') await msh.acknowledge(rowId);
  return store.takeExchange(exchange.id, nature.now());
}
