import { writeReference } from '../wss/index.ts';
import { NS, element } from '../xml/index.ts';
import type { EbmsError, ErrorSignal, Receipt, UserMessage } from './types.ts';
import { COUNT_LIMITS } from './values.ts';
import { leaf, optionalAttribute, written } from './write-fields.ts';
import { checkCount, writeDescription, writeMessageInfo, writeUserMessage } from './write-user-message.ts';

/**
 * `eb:SignalMessage` with a receipt that repeats the signed references of the message it is for or, for a message that
 * was not signed, the `received` UserMessage itself (AS4 5.1.8). Throws QuoinError `ebms/unwritable-value`.
 */
export function writeReceipt(
  { messageInfo, nonRepudiationInformation: references }: Receipt,
  received?: UserMessage,
): string {
  if (references !== undefined)
    checkCount('Receipt references', references.length, 1, COUNT_LIMITS.references);
  const parts = references?.map((reference) =>
    element('ebbp:MessagePartNRInformation', {}, writeReference(reference)),
  );
  const information =
    parts === undefined
      ? []
      : [element('ebbp:NonRepudiationInformation', { 'xmlns:ebbp': NS.EBBP }, ...parts)];
  return element(
    'eb:SignalMessage',
    {},
    writeMessageInfo(messageInfo),
    element('eb:Receipt', {}, received === undefined ? '' : writeUserMessage(received), ...information),
  );
}

/** `eb:SignalMessage` with one or more errors (ebMS3 6.2). Throws QuoinError `ebms/unwritable-value`. */
export function writeErrorSignal({ messageInfo, errors }: ErrorSignal): string {
  checkCount('Error', errors.length, 1, COUNT_LIMITS.errors);
  return element('eb:SignalMessage', {}, writeMessageInfo(messageInfo), ...errors.map(writeError));
}

function writeError(error: EbmsError): string {
  const { description, errorDetail } = error;
  const attribute = (name: 'category' | 'origin' | 'refToMessageInError' | 'shortDescription') =>
    optionalAttribute('detail', error[name], `eb:Error/@${name}`);
  return element(
    'eb:Error',
    {
      category: attribute('category'),
      errorCode: written('token', error.errorCode, 'eb:Error/@errorCode'),
      origin: attribute('origin'),
      refToMessageInError: attribute('refToMessageInError'),
      severity: error.severity,
      shortDescription: attribute('shortDescription'),
    },
    description === undefined ? '' : writeDescription(description),
    errorDetail === undefined ? '' : leaf('ErrorDetail', 'detail', errorDetail),
  );
}
