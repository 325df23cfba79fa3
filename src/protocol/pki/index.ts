/** Certificates, names, key stores, chains and trust (RFC 5280, RFC 2253, WSS X.509 Token Profile 1.1). */
export { parseCertificate, parseCertificates, subjectAttributes } from './certificate.ts';
export { sameDistinguishedName } from './distinguished-name.ts';
export { encodePkiPath, parsePkiPath } from './pki-path.ts';
export type * from './types.ts';
