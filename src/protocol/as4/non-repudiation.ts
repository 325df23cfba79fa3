import { QuoinError } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';
import type { Receipt } from '../ebms/index.ts';
import type { SignedReference } from '../wss/index.ts';

/**
 * The references a receipt has to repeat: all of the request's SignedInfo, each once, in their order (AS4 5.1.8).
 * Throws QuoinError `as4/duplicate-reference` when two of them name the same thing; such a message is never accepted.
 */
export function nonRepudiation(references: readonly SignedReference[]): readonly SignedReference[] {
  const repeated = duplicates(references)[0];
  if (repeated !== undefined) {
    throw new QuoinError('as4/duplicate-reference', `two signed references name ${repeated}`);
  }
  return [...references];
}

/**
 * Compares what a receipt says was received with what we signed: the same URIs with the same digests, in any order,
 * none missing, none added, none twice. No finding means the receipt proves reception of exactly this message.
 */
export function compareNonRepudiation(
  sent: readonly SignedReference[],
  received: readonly SignedReference[] | undefined,
): readonly Finding[] {
  if (received === undefined) {
    return [finding('receipt-has-non-repudiation', 'ebbp:NonRepudiationInformation', 'present', 'absent')];
  }
  const signed = new Map(sent.map((reference) => [reference.uri, reference]));
  const named = new Set(received.map(({ uri }) => uri));
  return [
    ...duplicates(received).map((uri) => finding('receipt-names-each-part-once', uri, 'once', 'repeated')),
    ...received.flatMap((reference) => compareReference(signed.get(reference.uri), reference)),
    ...sent
      .filter(({ uri }) => !named.has(uri))
      .map(({ uri }) => finding('receipt-names-every-part', uri, 'a reference', 'none')),
  ];
}

function compareReference(sent: SignedReference | undefined, received: SignedReference): readonly Finding[] {
  if (sent === undefined) {
    return [finding('receipt-names-only-what-was-sent', received.uri, 'no such reference', 'a reference')];
  }
  const same = sent.digestAlgorithm === received.digestAlgorithm && sent.digestValue === received.digestValue;
  return same ? [] : [finding('receipt-digest-agrees', received.uri, digestOf(sent), digestOf(received))];
}

/** What the receipt for one sent message must agree with. */
export interface ExpectedReceipt {
  readonly messageId: string;
  readonly references: readonly SignedReference[];
}

/** All that is wrong with a receipt, its signature apart: another message, missing or differing digests (EBMS:0302). */
export function checkReceipt(receipt: Receipt, expected: ExpectedReceipt): readonly Finding[] {
  const named = receipt.messageInfo.refToMessageId;
  const reference =
    named === expected.messageId
      ? []
      : [finding('receipt-names-the-message', 'eb:RefToMessageId', expected.messageId, named ?? 'none')];
  return [...reference, ...compareNonRepudiation(expected.references, receipt.nonRepudiationInformation)];
}

function duplicates(references: readonly SignedReference[]): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { uri } of references) (seen.has(uri) ? repeated : seen).add(uri);
  return [...repeated];
}

function digestOf({ digestAlgorithm, digestValue }: SignedReference): string {
  return `${digestAlgorithm} ${digestValue}`;
}

function finding(check: string, field: string, expected: string, found: string): Finding {
  return {
    check,
    field,
    expected,
    found,
    advice: 'The receipt is no proof for this message; the message is sent again within its window.',
  };
}
