import { NS, isElement, placeOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { readShape, refuseHeader } from './read-fields.ts';
import { readSignalMessage } from './read-signal-message.ts';
import { readUserMessage } from './read-user-message.ts';
import type { Messaging } from './types.ts';

/**
 * Reads the `eb:Messaging` header block (ebMS3 5.2). Nothing in it is proven yet.
 *
 * The header schema is followed but for what cannot change a meaning: children may stand in any order, attributes of
 * other namespaces are passed over, an empty optional attribute counts as absent. Elements of other namespaces are
 * passed over where the schema is open (Messaging, SignalMessage, PullRequest, Receipt) and refused elsewhere. Values
 * are kept as they stand; white space is collapsed only in the types that say so.
 *
 * Throws Refusal EBMS:0009 `ebms/invalid-header`, EBMS:0003 for two user messages or an untyped PartyId that is no URI,
 * EBMS:0302 `ebms/invalid-receipt`; each names the place.
 */
export function readMessaging(element: XmlElement): Messaging {
  if (!isElement(element, NS.EB, 'Messaging')) {
    const finding = { check: 'header-shape', field: placeOf(element), expected: 'eb:Messaging' };
    throw refuseHeader('the element is not eb:Messaging', finding);
  }
  const fields = readShape(element, 'Messaging');
  const userMessages = fields.all('UserMessage');
  const signalMessages = fields.all('SignalMessage');
  if (userMessages.length + signalMessages.length === 0) {
    const finding = {
      check: 'message-units',
      field: placeOf(element),
      expected: 'a UserMessage or SignalMessage',
      found: 'none',
    };
    throw refuseHeader('eb:Messaging is empty', finding);
  }
  if (userMessages.length > 1) {
    const found = String(userMessages.length);
    const field = placeOf(element);
    const finding = { check: 'one-user-message', field, expected: 'at most 1 UserMessage', found };
    throw refuseHeader('one message may carry one UserMessage (eDelivery AS4 1.15 1.4.2.2)', finding, {
      ebms: 'EBMS:0003',
      code: 'ebms/several-user-messages',
    });
  }
  return {
    userMessages: userMessages.map(readUserMessage),
    signalMessages: signalMessages.flatMap(readSignalMessage),
  };
}
