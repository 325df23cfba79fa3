import type {
  Messaging,
  PartyInfo,
  Property,
  SignalMessage,
  UserMessage,
} from '../../protocol/ebms/index.ts';
import { describeSecurity as securityFacts } from '../../protocol/wss/index.ts';
import type {
  ClaimedSecurity,
  EncryptionDescription,
  SignatureDescription,
} from '../../protocol/wss/index.ts';
import type { Failure } from '../ports/index.ts';

/** The message units as lines for a person. */
export function describeUnits(units: Messaging): readonly string[] {
  return [
    ...units.userMessages.flatMap(describeUserMessage),
    ...units.signalMessages.flatMap(describeSignal),
  ];
}

/** A failure as lines for a person: where, which check, expected, found, advice. */
export function describeFailure(failure: Failure): readonly string[] {
  const { finding } = failure;
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['step', failure.step],
    ['reason', `${failure.code}: ${failure.message}`],
    ['check', finding?.check],
    ['field', finding?.field],
    ['expected', finding?.expected],
    ['found', finding?.found],
    [
      'certificate',
      finding?.certificate &&
        `${finding.certificate.subject}, serial ${finding.certificate.serialNumber}, until ${finding.certificate.notAfter}`,
    ],
    ['advice', finding?.advice],
  ];
  return pairs.flatMap(([label, text]) => (text === undefined ? [] : [`${label.padEnd(11)} ${text}`]));
}

/** What the Security header claims: algorithms, what is signed, what is encrypted and for whom. */
export function describeSecurity(claimed: ClaimedSecurity): readonly string[] {
  const { signature, encryption } = securityFacts(claimed);
  return [
    ...(signature === undefined ? ['not signed'] : signatureLines(signature)),
    ...(encryption === undefined ? ['not encrypted'] : encryptionLines(encryption)),
  ];
}

function signatureLines(signature: SignatureDescription): readonly string[] {
  return [
    `signed with ${signature.algorithm}, key named by ${signature.signer}`,
    ...signature.references.map(
      (reference) =>
        `  covers ${reference.uri} (${reference.covers}), ${reference.digestAlgorithm} ${reference.digestValue}`,
    ),
  ];
}

function encryptionLines(encryption: EncryptionDescription): readonly string[] {
  return [
    `encrypted with ${encryption.keyEncryption} for ${encryption.recipient}`,
    ...encryption.parts.map(
      (part) => `  part ${part.contentId}: ${part.algorithm}, ${part.mimeType}, ${part.form}`,
    ),
  ];
}

function describeUserMessage(message: UserMessage): readonly string[] {
  const { messageInfo, collaborationInfo } = message;
  return [
    `UserMessage ${messageInfo.messageId} of ${messageInfo.timestamp}`,
    ...(messageInfo.refToMessageId === undefined ? [] : [`answers ${messageInfo.refToMessageId}`]),
    `from ${party(message.from)}`,
    `to   ${party(message.to)}`,
    `service ${collaborationInfo.service.value}${typed(collaborationInfo.service.type)}, action ${collaborationInfo.action}`,
    `conversation ${collaborationInfo.conversationId}${collaborationInfo.agreementRef ? `, agreement ${collaborationInfo.agreementRef.value}` : ''}`,
    ...message.messageProperties.map((property) => `property ${propertyText(property)}`),
    ...message.payloadInfo.map(
      (part, index) =>
        `payload ${index}: ${part.href ?? 'in the Body'} ${part.properties.map(propertyText).join(', ')}`,
    ),
  ];
}

function describeSignal(signal: SignalMessage): readonly string[] {
  const head = `${signal.kind} ${signal.messageInfo.messageId} about ${signal.messageInfo.refToMessageId ?? 'no message'}`;
  switch (signal.kind) {
    case 'receipt':
      return [
        head,
        ...(signal.nonRepudiationInformation ?? []).map(
          (reference) => `states ${reference.uri} ${reference.digestValue}`,
        ),
      ];
    case 'error':
      return [
        head,
        ...signal.errors.map(
          (error) =>
            `${error.errorCode} ${error.shortDescription ?? ''} (${error.severity}): ${error.description?.text ?? ''}`,
        ),
      ];
    case 'pull-request':
      return [`${head}, channel ${signal.mpc ?? 'default'}`];
  }
}

function party(info: PartyInfo): string {
  return `${info.partyIds.map((id) => `${id.value}${typed(id.type)}`).join(', ')} as ${info.role}`;
}

function typed(type: string | undefined): string {
  return type === undefined ? '' : ` (${type})`;
}

function propertyText(property: Property): string {
  return `${property.name}=${property.value}${typed(property.type)}`;
}
