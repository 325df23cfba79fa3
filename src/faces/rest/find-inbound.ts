import type { InboundMessage } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import { unknownMessage } from './messages.ts';
import { seesReceived } from './parties.ts';
import { canBeId } from './text.ts';

/** The received message of a path, by row id or MessageId. Throws RestError `rest/unknown-message`. */
export async function findInbound(context: RestContext, id: unknown): Promise<InboundMessage> {
  const asked = String(id);
  const message = canBeId(asked) ? await context.msh.inbound(asked) : undefined;
  if (message === undefined || !seesReceived(context.principal, message))
    throw unknownMessage(asked, 'received');
  return message;
}
