import type { ErrorRoom } from './types.ts';

/** Signature and encryption. */
export const wss: ErrorRoom = {
  about: 'signature and encryption',
  note: 'The partner sees the ebMS code and one fixed sentence for all security errors; code and finding are for the journal. Codes without an ebMS code are about our own side unless the text says otherwise.',
  codes: {
    'wss/algorithm-not-allowed': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'An algorithm the suite of the P-Mode does not name.',
      cure: 'The partner must follow eDelivery AS4 1.15; for old key transport there is `acceptLegacyKeyTransport`.',
    },
    'wss/ambiguous-id': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'An id stands twice in the envelope.',
      cure: 'Treat as an attempt at signature wrapping until explained.',
    },
    'wss/attachment-complete': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause:
        'A part is encrypted together with its MIME headers (Attachment-Complete), as products of 2015 did.',
      cure: 'The partner must use Attachment-Content-Only.',
    },
    'wss/attachment-not-canonical': {
      ebms: 'EBMS:0101',
      seenBy: 'P B O',
      cause: 'An uncompressed XML part is not well-formed or has a DTD, so its digest cannot be made.',
      cure: 'Compress the part, or send it under a type that is not XML.',
    },
    'wss/attachment-too-large': {
      ebms: 'EBMS:0103',
      seenBy: 'P B O',
      cause: 'An uncompressed XML part exceeds `limits.canonicalXmlSize`.',
      cure: 'Compress the part, or raise the limit.',
    },
    'wss/body-not-empty': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The SOAP Body carries something.',
      cure: 'Payloads travel as MIME parts: the partner must not use the Body.',
    },
    'wss/decryption-failed': {
      ebms: 'EBMS:0102',
      seenBy: 'P O',
      cause:
        'A part does not decrypt, the session key does not open, or the message is encrypted for another certificate. The finding says which.',
      cure: 'See which certificate the partner encrypts for; look for a proxy that rewrites bodies.',
    },
    'wss/digest-mismatch': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'A signed element is not what was signed.',
      cure: 'Look for a proxy that rewrites the envelope.',
    },
    'wss/encryption-target': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'EncryptedData names something other than a payload part, or one part twice.',
      cure: 'The partner must encrypt the payload parts and nothing else.',
    },
    'wss/key-reference': {
      seenBy: 'P O',
      cause:
        'A KeyInfo does not name a certificate in an accepted way. Part of `wss/malformed-signature` or `wss/decryption-failed`.',
      cure: 'The partner must use BinarySecurityToken, PKIPath, SubjectKeyIdentifier or IssuerSerial.',
    },
    'wss/malformed-reference': {
      seenBy: 'P O',
      cause:
        'A `ds:Reference` is not as XML Signature wants it. Part of `wss/malformed-signature` or `ebms/invalid-receipt`.',
      cure: "The partner's security stack must be corrected.",
    },
    'wss/malformed-request': {
      seenBy: 'D',
      cause: 'A signature was asked for that cannot be made.',
      cure: 'A defect: report it.',
    },
    'wss/malformed-signature': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'The signature cannot be read; the finding says where.',
      cure: "The partner's security stack must be corrected; several SignedInfo are an attack.",
    },
    'wss/mixed-ciphers': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'Parts are encrypted with different ciphers under one key.',
      cure: 'The partner must use one.',
    },
    'wss/no-subject-key-identifier': {
      seenBy: 'O',
      cause: 'The P-Mode wants a SubjectKeyIdentifier and the certificate has none.',
      cure: 'Use another key reference, or a certificate with the extension.',
    },
    'wss/not-canonical': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A signed element has no canonical form.',
      cure: 'Read the finding; it is an `xml/...` error.',
    },
    'wss/not-covered': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The signature leaves out Messaging, the Body or a part.',
      cure: 'The partner must sign all of them; for the Body alone there is `acceptUnsignedBody`.',
    },
    'wss/not-encrypted': {
      seenBy: 'D',
      cause: 'Decryption was asked for where nothing is encrypted.',
      cure: 'A defect: report it.',
    },
    'wss/not-signed': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'Verification was asked for where there is no signature.',
      cure: 'The partner must sign. The pipeline says `receive/no-signature` before this.',
    },
    'wss/oaep-label': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The EncryptedKey has an OAEP label, which the profile does not know.',
      cure: 'The partner must leave it out.',
    },
    'wss/part-taken': {
      seenBy: 'D',
      cause: 'A part was sealed or decrypted twice.',
      cure: 'A defect: report it.',
    },
    'wss/reference-target': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A reference names something outside the message: a URL, an XPointer, the whole document.',
      cure: 'The partner must sign elements by id and parts by `cid:`. Nothing is ever fetched.',
    },
    'wss/reference-unresolved': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'A reference names an element that is not there.',
      cure: 'The element was removed or renamed after signing: look for a proxy.',
    },
    'wss/several-security-headers': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'Several Security headers are addressed to us.',
      cure: 'The partner must send one.',
    },
    'wss/several-signatures': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'Several signatures in the header.',
      cure: 'The partner must sign once, over everything.',
    },
    'wss/signature-value': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'The signature does not verify with the certificate it names.',
      cure: 'SignedInfo changed on the way, or the partner signs with another key.',
    },
    'wss/signature-wrapping': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'Another Messaging or Body than the one in use is signed.',
      cure: 'Treat as an attack.',
    },
    'wss/signed-twice': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The signature names one part twice.',
      cure: 'The partner must name each part once.',
    },
    'wss/signs-unknown-part': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The signature names a part that PayloadInfo does not.',
      cure: 'The partner must declare every part it signs.',
    },
    'wss/stray-encryption': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'Something other than the payload parts is encrypted.',
      cure: 'The partner must encrypt the payload parts only.',
    },
    'wss/too-many': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The Security header holds more references, tokens or keys than any real message.',
      cure: 'Suspect an attack.',
    },
    'wss/transform-count': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A reference has not exactly one transform.',
      cure: 'The partner must use exclusive c14n for elements and the SwA content transform for parts.',
    },
    'wss/transform-parameters': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'A method or transform carries parameters it may not have.',
      cure: 'The partner must use exclusive c14n for elements and the SwA content transform for parts.',
    },
    'wss/unknown-security-element': {
      ebms: 'EBMS:0103',
      seenBy: 'P O',
      cause: 'The Security header holds something the profile does not know.',
      cure: 'The partner must switch that WS-Security feature off.',
    },
    'wss/unknown-signer': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: 'The signature names a certificate we do not have.',
      cure: "Add the partner's certificate, or ask for a BinarySecurityToken.",
    },
    'wss/unsuitable-key': {
      seenBy: 'O',
      cause:
        "Our signing key, or the partner's encryption certificate, is too weak, too large or of the wrong kind.",
      cure: 'Use RSA of 2048 bits or more.',
    },
    'wss/unsuitable-signer': {
      ebms: 'EBMS:0101',
      seenBy: 'P O',
      cause: "The signer's key is too weak, too large or of the wrong kind.",
      cure: 'The partner needs a certificate that follows the profile.',
    },
  },
};
