import type { InboundMessage } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import { unknownMessage } from './messages.ts';
import { seesReceived } from './parties.ts';

/** The received message of a path, by row id or MessageId. Throws RestError `rest/unknown-message`. */
export async function findInbound(context: RestContext, id: unknown): Promise<InboundMessage> {
  const message = await context.msh.inbound(String(id));
  if (message === undefined || !seesReceived(context.principal, message))
    throw unknownMessage(String(id), 'received');
  return message;
}
