import { QuoinError } from '../errors/index.ts';
import { encodePkiPath } from '../pki/index.ts';
import type { Certificate } from '../pki/index.ts';
import { element, escapeText, NS } from '../xml/index.ts';
import { TOKEN } from './token-types.ts';
import type { KeyReferenceKind } from './types.ts';

/** A certificate to be named, with its issuers (nearest first) and the id its token is to carry. */
export interface NamedCertificate {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly tokenId: string;
}

/** A key reference as text: the token that has to stand before it (or nothing) and the reference itself. */
export interface WrittenKeyReference {
  readonly token: string;
  readonly reference: string;
}

/**
 * Writes how a certificate is named (WSS X.509 Token Profile 1.1.1 3, eDelivery AS4 1.15 1.4.2.6). Prefixes `wsse`,
 * `wsu` and `ds` have to be declared around it. Throws `wss/no-subject-key-identifier` where the certificate has none.
 */
export function writeKeyReference(kind: KeyReferenceKind, named: NamedCertificate): WrittenKeyReference {
  return WRITERS[kind](named);
}

const WRITERS: Readonly<Record<KeyReferenceKind, (named: NamedCertificate) => WrittenKeyReference>> = {
  BinarySecurityToken: ({ certificate, tokenId }) => byToken(tokenId, TOKEN.x509v3, certificate.der, {}),
  PKIPath: ({ certificate, chain, tokenId }) =>
    // BSP 1.1 R5215: a reference to a path says so in TokenType.
    byToken(tokenId, TOKEN.pkiPath, encodePkiPath([certificate, ...chain]), {
      'xmlns:wsse11': NS.WSSE11,
      'wsse11:TokenType': TOKEN.pkiPath,
    }),
  SubjectKeyIdentifier: ({ certificate }) =>
    byName(
      element(
        'wsse:KeyIdentifier',
        { EncodingType: TOKEN.base64, ValueType: TOKEN.subjectKeyIdentifier },
        keyIdentifierOf(certificate).toString('base64'),
      ),
    ),
  IssuerSerial: ({ certificate }) =>
    byName(
      element(
        'ds:X509Data',
        {},
        element(
          'ds:X509IssuerSerial',
          {},
          element('ds:X509IssuerName', {}, escapeText(certificate.issuer)),
          element('ds:X509SerialNumber', {}, certificate.serialNumber),
        ),
      ),
    ),
};

function byToken(
  id: string,
  valueType: string,
  der: Buffer,
  tokenType: Readonly<Record<string, string>>,
): WrittenKeyReference {
  const attributes = { EncodingType: TOKEN.base64, ValueType: valueType, 'wsu:Id': id };
  const reference = element('wsse:Reference', { URI: `#${id}`, ValueType: valueType });
  return {
    token: element('wsse:BinarySecurityToken', attributes, der.toString('base64')),
    reference: element('wsse:SecurityTokenReference', tokenType, reference),
  };
}

function byName(content: string): WrittenKeyReference {
  return { token: '', reference: element('wsse:SecurityTokenReference', {}, content) };
}

function keyIdentifierOf(certificate: Certificate): Buffer {
  if (certificate.subjectKeyIdentifier !== undefined) return certificate.subjectKeyIdentifier;
  throw new QuoinError(
    'wss/no-subject-key-identifier',
    `The certificate of ${certificate.subject} has no subject key identifier to name it by`,
    {
      finding: {
        check: 'key-reference-possible',
        expected: 'the extension subjectKeyIdentifier',
        found: 'none',
        certificate: certificate.facts,
        advice: 'Choose another key reference in the P-Mode: BinarySecurityToken suits every certificate.',
      },
    },
  );
}
