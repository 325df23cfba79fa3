import { isQuoinError } from '../errors/index.ts';
import type { EbmsErrorCode } from '../errors/index.ts';
import { readReference } from '../wss/index.ts';
import type { SignedReference } from '../wss/index.ts';
import { NS, children, isElement, placeOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { EBMS_ERRORS } from './errors.ts';
import {
  present,
  readAttribute,
  readShape,
  readText,
  refuseHeader,
  requireAttribute,
} from './read-fields.ts';
import { readDescription, readMessageInfo } from './read-user-message.ts';
import type { EbmsError, ErrorSeverity, MessageInfo, Receipt, SignalMessage } from './types.ts';
import { COUNT_LIMITS, excerpt } from './values.ts';

/**
 * Reads `eb:SignalMessage` (ebMS3 5.2.3). The schema lets one element carry a pull request, a receipt and errors; each
 * kind becomes a signal of its own with the same MessageInfo. Throws Refusal EBMS:0009, EBMS:0302 for receipts.
 */
export function readSignalMessage(element: XmlElement): readonly SignalMessage[] {
  const fields = readShape(element, 'SignalMessage');
  const messageInfo = readMessageInfo(fields.required('MessageInfo'));
  const pullRequest = fields.optional('PullRequest');
  const receipt = fields.optional('Receipt');
  const errors = fields.all('Error');
  const signals: SignalMessage[] = [];
  if (pullRequest !== undefined) {
    readShape(pullRequest, 'PullRequest');
    const mpc = readAttribute(pullRequest, 'mpc', 'uri');
    signals.push(present({ kind: 'pull-request', messageInfo, mpc }));
  }
  if (receipt !== undefined) signals.push(readReceipt(receipt, messageInfo));
  if (errors.length > 0) signals.push({ kind: 'error', messageInfo, errors: errors.map(readError) });
  if (signals.length === 0) {
    const field = placeOf(element);
    const finding = { check: 'signal-kind', field, expected: 'Receipt, Error or PullRequest', found: 'none' };
    throw refuseHeader('the signal is of no kind we know', finding);
  }
  return signals;
}

function invalidReceipt(message: string, field: string, expected: string, found: string, cause?: unknown) {
  const finding = { check: 'receipt-readable', field, expected, found };
  return refuseHeader(message, finding, { ebms: 'EBMS:0302', code: 'ebms/invalid-receipt', cause });
}

const nriName = 'NonRepudiationInformation';

function readReceipt(element: XmlElement, messageInfo: MessageInfo): Receipt {
  readShape(element, 'Receipt');
  if (messageInfo.refToMessageId === undefined) {
    const message = 'the receipt does not say for which message it is';
    throw invalidReceipt(message, placeOf(element), 'RefToMessageId', 'none');
  }
  const named = children(element).filter(({ name }) => name === nriName);
  const stranger = named.find((child) => child.namespaceUri !== NS.EBBP);
  if (stranger !== undefined) {
    const found = excerpt(stranger.namespaceUri);
    throw invalidReceipt('the receipt is in a foreign namespace', placeOf(stranger), NS.EBBP, found);
  }
  if (named.length > 1)
    throw invalidReceipt('the receipt is ambiguous', placeOf(element), `one ${nriName}`, 'several');
  const [information] = named;
  return present({
    kind: 'receipt',
    messageInfo,
    nonRepudiationInformation: information === undefined ? undefined : readNonRepudiation(information),
  });
}

/** AS4 5.1.8(b): the parts are named by `ds:Reference`, never by MessagePartIdentifier. */
function readNonRepudiation(element: XmlElement): readonly SignedReference[] {
  const parts = children(element);
  if (parts.length === 0 || parts.length > COUNT_LIMITS.references) {
    const expected = `1 to ${COUNT_LIMITS.references} parts`;
    const message = 'the receipt names no parts or too many';
    throw invalidReceipt(message, placeOf(element), expected, String(parts.length));
  }
  return parts.map((part) => {
    const [reference, ...more] = children(part);
    const wellNamed = isElement(part, NS.EBBP, 'MessagePartNRInformation');
    if (
      !wellNamed ||
      reference === undefined ||
      more.length > 0 ||
      !isElement(reference, NS.DS, 'Reference')
    ) {
      const expected = 'ebbp:MessagePartNRInformation with one ds:Reference';
      throw invalidReceipt('a part of the receipt has no ds:Reference', placeOf(part), expected, 'another');
    }
    return readPart(reference);
  });
}

function readPart(reference: XmlElement): SignedReference {
  try {
    return readReference(reference);
  } catch (cause) {
    if (!isQuoinError(cause)) throw cause;
    const place = placeOf(reference);
    throw invalidReceipt('a ds:Reference of the receipt is malformed', place, 'ds:Reference', 'other', cause);
  }
}

const severities: Readonly<Record<string, ErrorSeverity>> = { failure: 'failure', warning: 'warning' };

/** Severity in any case; one that is missing or of no known word is taken from the standard, and failing that grave. */
function severityOf(claimed: string | undefined, code: EbmsErrorCode): ErrorSeverity {
  return severities[claimed?.toLowerCase() ?? ''] ?? EBMS_ERRORS[code]?.severity ?? 'failure';
}

function readErrorCode(element: XmlElement): EbmsErrorCode {
  const written = requireAttribute(element, 'errorCode', 'token');
  const number = /^EBMS:([A-Z0-9]{1,16})$/i.exec(written)?.[1];
  if (number !== undefined) return `EBMS:${number.toUpperCase()}`;
  const field = `${placeOf(element)}/@errorCode`;
  const finding = { check: 'error-code', field, expected: 'EBMS:nnnn', found: excerpt(written) };
  throw refuseHeader('the error code is not an ebMS error code', finding);
}

function readError(element: XmlElement): EbmsError {
  const fields = readShape(element, 'Error');
  const errorCode = readErrorCode(element);
  const description = fields.optional('Description');
  const detail = fields.optional('ErrorDetail');
  const text = (name: string): string | undefined => readAttribute(element, name, 'detail');
  return present({
    errorCode,
    severity: severityOf(text('severity'), errorCode),
    shortDescription: text('shortDescription'),
    category: text('category'),
    origin: text('origin'),
    refToMessageInError: text('refToMessageInError'),
    description: description?.content.trim() ? readDescription(description) : undefined,
    errorDetail: detail?.content.trim() ? readText(detail, 'detail') : undefined,
  });
}
