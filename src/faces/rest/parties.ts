import type { InboundMessage, OutboundMessage, Submission } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';

type Properties = readonly { readonly name: string; readonly value: string }[] | undefined;
type Corner = 'originalSender' | 'finalRecipient';

/** Who a corner is: where it is not said exactly once, nobody is it. */
function corner(properties: Properties, name: Corner): string | undefined {
  const said = properties?.filter((property) => property.name === name) ?? [];
  return said.length === 1 ? said[0]?.value : undefined;
}

function sees({ parties }: Principal, properties: Properties, name: Corner): boolean {
  if (parties === undefined) return true;
  const party = corner(properties, name);
  return party !== undefined && parties.includes(party);
}

/** Whether a sent message is of a party of the key. */
export function seesSent(principal: Principal, { userMessage }: OutboundMessage): boolean {
  return sees(principal, userMessage.messageProperties, 'originalSender');
}

/** Whether a received message is for a party of the key. */
export function seesReceived(principal: Principal, { userMessage }: InboundMessage): boolean {
  return sees(principal, userMessage.messageProperties, 'finalRecipient');
}

/** Throws RestError `rest/party-not-allowed` (403) when a key that is held to parties would send for another one. */
export function requireSender(principal: Principal, submission: Pick<Submission, 'messageProperties'>): void {
  if (sees(principal, submission.messageProperties, 'originalSender')) return;
  const found = corner(submission.messageProperties, 'originalSender');
  const { name, parties = [] } = principal;
  throw new RestError(
    'rest/party-not-allowed',
    `The key ${name} may not send for ${found ?? 'a message without one originalSender'}.`,
    {
      finding: {
        check: 'sender-of-the-key',
        field: 'messageProperties.originalSender',
        expected: parties.slice(0, MOST_NAMED).join(', '),
        found: found ?? 'not exactly one',
        advice: 'Name a party of the key as originalSender, or use another key.',
      },
    },
  );
}

const MOST_NAMED = 10;

/**
 * Throws RestError `rest/party-not-allowed` (403) when a key that is held to parties would answer a message for another one:
 * a reply takes the conversation of what it answers, so its producer would learn it and speak in it.
 */
export async function requireOwnReference(
  { principal, msh }: RestContext,
  { refToMessageId }: Pick<Submission, 'refToMessageId'>,
): Promise<void> {
  if (principal.parties === undefined || refToMessageId === undefined) return;
  const answered = await msh.inbound(refToMessageId);
  if (answered === undefined || seesReceived(principal, answered)) return;
  throw new RestError(
    'rest/party-not-allowed',
    `The key ${principal.name} may not answer a message that is not for its parties.`,
    {
      finding: {
        check: 'reply-of-the-key',
        field: 'refToMessageId',
        expected: principal.parties.slice(0, MOST_NAMED).join(', '),
        found: refToMessageId.slice(0, 255),
        advice: 'Answer messages that were received for a party of the key, or use another key.',
      },
    },
  );
}
