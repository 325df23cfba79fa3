import type { InboundMessage } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import { unknownMessage } from './messages.ts';
import { seesReceived } from './parties.ts';
import { RestError } from './problems.ts';
import { canBeId } from './text.ts';

/**
 * The received message of a path, by row id or MessageId. Throws RestError `rest/unknown-message`, and `rest/ambiguous-message`
 * (409) when several partners used the same MessageId.
 */
export async function findInbound(context: RestContext, id: unknown): Promise<InboundMessage> {
  const asked = String(id);
  const found = canBeId(asked) ? await context.msh.receivedAs(asked) : [];
  const [message, ...others] = found.filter((one) => seesReceived(context.principal, one));
  if (message === undefined) throw unknownMessage(asked, 'received');
  if (others.length > 0) throw ambiguous(asked, [message, ...others]);
  return message;
}

/** Rows named in an answer. */
const MOST_NAMED = 10;

function ambiguous(id: string, found: readonly InboundMessage[]): RestError {
  const named = found.slice(0, MOST_NAMED).map(({ rowId, partner }) => `${rowId} (from ${partner})`);
  return new RestError(
    'rest/ambiguous-message',
    `${found.length} messages were received with this MessageId.`,
    {
      finding: {
        check: 'message-unambiguous',
        field: 'id',
        expected: `one of ${named.join(', ')}`,
        found: id,
        advice: 'Partners chose the same MessageId: name the message by its id, as the inbox lists it.',
      },
    },
  );
}
