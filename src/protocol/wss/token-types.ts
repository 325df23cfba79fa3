const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
const MESSAGE_SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#';
const MESSAGE_SECURITY_11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
const SWA = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#';

/** ValueType, EncodingType, TokenType and EncryptedData Type values (WSS X.509 Token Profile 1.1.1, WSS 1.1.1, SwA 1.1.1). */
export const TOKEN = {
  x509v3: `${X509}X509v3`,
  pkiPath: `${X509}X509PKIPathv1`,
  subjectKeyIdentifier: `${X509}X509SubjectKeyIdentifier`,
  thumbprintSha1: `${MESSAGE_SECURITY_11}ThumbprintSHA1`,
  base64: `${MESSAGE_SECURITY}Base64Binary`,
  encryptedKey: `${MESSAGE_SECURITY_11}EncryptedKey`,
  attachmentContentOnly: `${SWA}Attachment-Content-Only`,
  attachmentComplete: `${SWA}Attachment-Complete`,
} as const;
