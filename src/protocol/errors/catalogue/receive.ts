import type { ErrorRoom } from './types.ts';

/** Taking a message from a partner. */
export const receive: ErrorRoom = {
  about: 'taking a message from a partner',
  codes: {
    'receive/ambiguous-pmode': {
      ebms: 'EBMS:0010',
      seenBy: 'P O',
      cause: 'Several legs would govern the message. Loading refuses P-Modes that could lead here.',
      cure: 'Report it, with the P-Modes.',
    },
    'receive/asynchronous-error': {
      seenBy: 'O',
      cause: 'An error signal came on its own. Journalled and answered 202, without effect.',
      cure: 'The partner must answer on the connection of the push.',
    },
    'receive/asynchronous-receipt': {
      seenBy: 'O',
      cause: 'A receipt came on its own. Journalled and answered 202, without effect.',
      cure: 'The partner must answer on the connection of the push.',
    },
    'receive/encrypted-header': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A header block is encrypted.',
      cure: 'The partner must encrypt payload parts only.',
    },
    'receive/encrypted-unknown-part': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'EncryptedData names a part that PayloadInfo does not.',
      cure: 'The partner must declare every part.',
    },
    'receive/envelope-too-slow': {
      seenBy: 'P O',
      cause: 'The SOAP part was not complete after a minute (503).',
      cure: 'Look at the network between; partners should send the SOAP part first.',
    },
    'receive/inconsistent-header': {
      ebms: 'EBMS:0003',
      seenBy: 'P O',
      cause: 'From or To has not exactly one PartyId, or one without type that is no URI.',
      cure: 'The partner must correct it.',
    },
    'receive/invalid-document': {
      seenBy: 'O',
      cause:
        'The document of a received message breaks the schema or a business rule, and the P-Mode has that checked (`documentCheck`). The message is acknowledged; what becomes of it is in [oots.md](oots.md).',
      cure: 'Tell the partner the rules; the inbox shows them with the message.',
    },
    'receive/message-id-reused': {
      ebms: 'EBMS:0003',
      seenBy: 'P O',
      cause: 'The MessageId was used before for other content. Nothing is overwritten.',
      cure: 'The partner must give new content a new MessageId.',
    },
    'receive/message-too-large': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The message exceeds `limits.messageSize` on the wire.',
      cure: 'Agree on smaller messages, or raise the limit.',
    },
    'receive/no-encryption': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A payload part is not encrypted and the P-Mode wants it.',
      cure: 'The partner must encrypt all parts.',
    },
    'receive/no-pmode': {
      ebms: 'EBMS:0010',
      seenBy: 'P O',
      cause: 'No leg governs a message with these values; the finding names the field that disagrees.',
      cure: 'Run `quoin pmode explain` with the values of the message.',
    },
    'receive/no-signature': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The message is not signed and the P-Mode wants it.',
      cure: 'The partner must sign.',
    },
    'receive/no-soap-part': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'The part that `start` names is not there.',
      cure: 'The partner must send the SOAP part first.',
    },
    'receive/no-unit': {
      ebms: 'EBMS:0009',
      seenBy: 'P O',
      cause: 'eb:Messaging holds nothing.',
      cure: 'The partner must send a UserMessage.',
    },
    'receive/not-as4': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'Neither multipart/related with a SOAP root nor SOAP 1.2.',
      cure: 'Check what the partner sends to this address.',
    },
    'receive/one-messaging': {
      ebms: 'EBMS:0009',
      seenBy: 'P O',
      cause: 'Not exactly one eb:Messaging addressed to us.',
      cure: 'The partner must send one.',
    },
    'receive/part-missing': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A part that the header names did not come.',
      cure: 'Cut off on the way, or a proxy dropped it.',
    },
    'receive/payload-digest': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'A payload is not what was signed.',
      cure: 'Look for a proxy that rewrites bodies; else resend.',
    },
    'receive/pull-not-supported': {
      ebms: 'EBMS:0010',
      seenBy: 'P O',
      cause: 'A PullRequest.',
      cure: 'Pulling is not offered: agree on push.',
    },
    'receive/signer-not-trusted': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause:
        "The signer may not speak for the From party: not pinned, expired, unfit, another party's. The finding has expected and found.",
      cure: "Pin the partner's new certificate once its thumbprint is confirmed on another way.",
    },
    'receive/soap-part-late': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'More than `limits.spoolSize` of payload precedes the SOAP part.',
      cure: 'The partner must send the SOAP part first.',
    },
    'receive/spool-full': {
      seenBy: 'P O',
      cause: 'All messages together hold more than `limits.spoolSize` before their SOAP parts (503).',
      cure: 'See who sends payloads first; partners should send the SOAP part first.',
    },
    'receive/too-large': {
      ebms: 'EBMS:0010',
      seenBy: 'P O',
      cause: "A part or all parts together exceed the leg's `payload` limits.",
      cure: 'Agree on more, or on smaller parts.',
    },
    'receive/undeclared-part': {
      ebms: 'EBMS:0007',
      seenBy: 'P O',
      cause: 'A MIME part that no PartInfo names, or a second one for the same.',
      cure: 'The partner must declare each part once.',
    },
    'receive/unknown-party': {
      ebms: 'EBMS:0001',
      seenBy: 'P O',
      cause: 'No P-Mode knows this From or To party.',
      cure: 'Compare value and type, to the letter, with `parties`.',
    },
  },
};
