import type { ErrorRoom } from './types.ts';

/** Keys and certificates. */
export const pki: ErrorRoom = {
  about: 'keys and certificates',
  note: 'Found when keys and certificates are loaded: `quoin serve` and `quoin certs list` show them with the file. In a message they are part of `wss/malformed-signature`.',
  codes: {
    'pki/certificate-too-large': {
      seenBy: 'O',
      cause: 'A certificate has more bytes than any real one.',
      cure: 'Check that the file is a certificate.',
    },
    'pki/certificate-unreadable': {
      seenBy: 'O',
      cause: 'A certificate cannot be read.',
      cure: 'Export it again as PEM or DER.',
    },
    'pki/jks-not-supported': {
      seenBy: 'O',
      cause: 'The file is a Java key store (JKS).',
      cure: 'Convert it: `keytool -importkeystore -deststoretype PKCS12`.',
    },
    'pki/key-certificate-mismatch': {
      seenBy: 'O',
      cause: 'No certificate belongs to the private key.',
      cure: 'Give the certificate that was issued for this key.',
    },
    'pki/key-size': {
      seenBy: 'O',
      cause: 'A key of less than 2048 or more than 8192 bits was asked for.',
      cure: 'Use `--bits 3072`.',
    },
    'pki/no-certificate': {
      seenBy: 'O',
      cause: 'There is no certificate in the file.',
      cure: 'Name the file that holds it, or set `certificate`.',
    },
    'pki/no-private-key': {
      seenBy: 'O',
      cause: 'There is no private key in the file.',
      cure: 'Name the key file, not the certificate.',
    },
    'pki/not-asn1': {
      seenBy: 'O',
      cause: 'Something that must be DER is not.',
      cure: 'The file is damaged or of another kind.',
    },
    'pki/password-needed': {
      seenBy: 'O',
      cause: 'The key is encrypted and no password is given.',
      cure: 'Set `passwordFile`.',
    },
    'pki/path-empty': {
      seenBy: 'P O',
      cause: 'A PKIPath holds no certificate.',
      cure: 'The partner must send its certificate.',
    },
    'pki/path-out-of-order': {
      seenBy: 'P O',
      cause: 'A PKIPath is not a chain from root to leaf.',
      cure: 'The partner must send issuers first, its own certificate last.',
    },
    'pki/path-too-long': {
      seenBy: 'P O',
      cause: 'A PKIPath holds too many certificates.',
      cure: 'The partner should send its certificate and its issuers only.',
    },
    'pki/pem-broken': {
      seenBy: 'O',
      cause: 'A PEM block has no end line or is not base64.',
      cure: 'Copy the file again, byte for byte.',
    },
    'pki/pem-too-large': {
      seenBy: 'O',
      cause: 'A PEM text is too long or has too many blocks.',
      cure: 'Name the file with the one certificate or bundle.',
    },
    'pki/pkcs12-unreadable': {
      seenBy: 'O',
      cause: 'The key store is not PKCS#12, is damaged or too large.',
      cure: 'Export it again.',
    },
    'pki/pkcs12-unsupported': {
      seenBy: 'O',
      cause: 'The key store uses something that is not supported.',
      cure: 'Export it again with AES: `openssl pkcs12 -export`.',
    },
    'pki/private-key-unreadable': {
      seenBy: 'O',
      cause: 'The private key cannot be read.',
      cure: 'Export it as PKCS#8.',
    },
    'pki/revocation-list-unproven': {
      seenBy: 'O',
      cause: 'No known authority signed this revocation list.',
      cure: 'Load the certificate of the authority: as an anchor, or in a bundle.',
    },
    'pki/revocation-list-unreadable': {
      seenBy: 'O',
      cause: 'The file is no revocation list.',
      cure: 'Name a list in PEM or DER under `revocationLists`.',
    },
    'pki/revocation-list-unsupported': {
      seenBy: 'O',
      cause: 'The list uses an extension that is not supported.',
      cure: 'Ask the authority for a complete list without it.',
    },
    'pki/several-certificates': {
      seenBy: 'O',
      cause: 'One certificate is wanted and the file holds several.',
      cure: 'Give a file with the one.',
    },
    'pki/several-private-keys': {
      seenBy: 'O',
      cause: 'The file holds several private keys.',
      cure: 'Split the file.',
    },
    'pki/subject-malformed': {
      seenBy: 'O',
      cause: 'A subject for a signing request is empty somewhere or not a distinguished name.',
      cure: 'Correct `--country`, `--organisation`, `--unit` or the name.',
    },
    'pki/unsupported-encryption': {
      seenBy: 'O',
      cause: 'The key is encrypted in a way OpenSSL 3 no longer opens.',
      cure: 'Convert it: `openssl pkcs8 -topk8 -v2 aes-256-cbc`.',
    },
    'pki/wrong-password': {
      seenBy: 'O',
      cause: 'The password does not open the key or store.',
      cure: 'Correct the password file; a line break at its end does not matter.',
    },
  },
};
