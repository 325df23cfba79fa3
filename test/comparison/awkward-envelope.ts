import { createHash, sign } from 'node:crypto';
import fc from 'fast-check';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import { canonicalize, children, indexIds, NS, withXml } from '../../src/protocol/xml/index.ts';
import type { XmlElement } from '../../src/protocol/xml/index.ts';
import {
  contents,
  declarations,
  attributes,
  gaps,
  layouts,
  PREFIXES,
  renderContent,
  renderElement,
  trees,
} from './awkward-xml.ts';
import type { Layout, Scope, Tree } from './awkward-xml.ts';

/**
 * Whole SOAP envelopes around awkward content: the prefixes of the standard namespaces, where they are declared, the
 * order of the blocks, white space everywhere, and a signature with prefix lists of every kind. Only wsu:Id and
 * mustUnderstand are where they have to be.
 */

/** undefined: no InclusiveNamespaces element; empty: one with an empty PrefixList. */
type PrefixList = readonly string[] | undefined;

/** Which prefix stands for which namespace; those of WSU and S12 attributes are never empty. */
interface Prefixes {
  readonly S12: string;
  readonly EB: string;
  readonly WSSE: string;
  readonly WSU: string;
  readonly DS: string;
  readonly EC: string;
}

/** An envelope to be rendered, with or without a signature. */
export interface AwkwardEnvelope {
  readonly prefixes: Prefixes;
  readonly declaration: string;
  /** Declarations nobody needs, or that lower elements bind anew. */
  readonly onEnvelope: Tree['declarations'];
  readonly onHeader: Tree['declarations'];
  readonly layout: Layout;
  readonly gaps: readonly [string, string, string, string, string, string];
  readonly otherBlock: Tree | undefined;
  readonly messaging: Pick<Tree, 'declarations' | 'attributes' | 'inside'>;
  readonly body: Pick<Tree, 'declarations' | 'attributes'>;
  readonly bodyContent: string;
  readonly securityFirst: boolean;
  readonly bodyReferenceFirst: boolean;
  /** White space between the prefixes of a list. */
  readonly separator: string;
  readonly lists: {
    readonly signedInfo: PrefixList;
    readonly messaging: PrefixList;
    readonly body: PrefixList;
  };
}

export const MESSAGING_ID = 'awkward-messaging';
export const BODY_ID = 'awkward-body';

const prefixLists: fc.Arbitrary<PrefixList> = fc.oneof(
  fc.constant(undefined),
  fc.constant([]),
  fc.uniqueArray(fc.constantFrom(...PREFIXES, '#default', 'wsu', 'soap', 'ds', 'undeclared'), {
    minLength: 1,
    maxLength: 6,
  }),
);

/** A document may begin with a byte order mark (eDelivery AS4 1.15 1.4.2.2), a declaration, both or none. */
const beginnings = fc.constantFrom(
  '',
  '<?xml version="1.0"?>',
  '<?xml version="1.0" encoding="UTF-8"?>',
  "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n",
  '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n',
);

/** Envelopes of every shape. */
export const awkwardEnvelopes: fc.Arbitrary<AwkwardEnvelope> = fc.record({
  prefixes: fc.record({
    S12: fc.constantFrom('S12', 'env', 'soap', 'a', ''),
    EB: fc.constantFrom('eb', 'eb3', 'ns2', 'b', ''),
    WSSE: fc.constantFrom('wsse', 'o', 'c', ''),
    WSU: fc.constantFrom('wsu', 'u', 'é-1'),
    DS: fc.constantFrom('ds', 'dsig', 'c', ''),
    EC: fc.constantFrom('ec', 'ds', ''),
  }),
  declaration: beginnings,
  onEnvelope: declarations,
  onHeader: declarations,
  layout: layouts,
  gaps: fc.tuple(gaps, gaps, gaps, gaps, gaps, gaps),
  otherBlock: fc.option(trees(2), { nil: undefined, freq: 4 }),
  messaging: fc.record({ declarations, attributes, inside: contents }),
  body: fc.record({ declarations, attributes }),
  bodyContent: gaps,
  securityFirst: fc.boolean(),
  bodyReferenceFirst: fc.boolean(),
  separator: fc.constantFrom(' ', ' ', '  ', '\n', ' \t'),
  lists: fc.record({ signedInfo: prefixLists, messaging: prefixLists, body: prefixLists }),
});

/** Digests and value of a signature; empty texts make a template. */
interface SignatureValues {
  readonly messaging: string;
  readonly body: string;
  readonly value: string;
}

const TEMPLATE: SignatureValues = { messaging: '', body: '', value: '' };

/** The envelope without a Security header. */
export function plainEnvelope(awkward: AwkwardEnvelope): string {
  return render(awkward, undefined);
}

/** The envelope with a signature that lacks digests and value, for a signer that fills them in. */
export function signatureTemplate(awkward: AwkwardEnvelope, signer: KeyEntry): string {
  return render(awkward, { signer, values: TEMPLATE });
}

/** The envelope signed with the canonical forms of the XML room. */
export function signedEnvelope(awkward: AwkwardEnvelope, signer: KeyEntry): string {
  const digests = withXml(Buffer.from(signatureTemplate(awkward, signer)), {}, (doc) => {
    const ids = indexIds(doc);
    const digestOf = (id: string, list: PrefixList): string =>
      createHash('sha256')
        .update(canonicalize(ids.get(id)!, list))
        .digest('base64');
    return {
      messaging: digestOf(MESSAGING_ID, awkward.lists.messaging),
      body: digestOf(BODY_ID, awkward.lists.body),
    };
  });
  const unsigned = render(awkward, { signer, values: { ...digests, value: '' } });
  const signedInfo = withXml(Buffer.from(unsigned), {}, (doc) =>
    canonicalize(findSignedInfo(doc.root)!, awkward.lists.signedInfo),
  );
  const value = sign('sha256', signedInfo, signer.privateKey).toString('base64');
  return render(awkward, { signer, values: { ...digests, value } });
}

function findSignedInfo(element: XmlElement): XmlElement | undefined {
  if (element.name === 'SignedInfo' && element.namespaceUri === NS.DS) return element;
  for (const child of children(element)) {
    const found = findSignedInfo(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Security {
  readonly signer: KeyEntry;
  readonly values: SignatureValues;
}

type Content = (scope: Scope) => string;

function render(awkward: AwkwardEnvelope, security: Security | undefined): string {
  const { prefixes, layout, gaps: gap } = awkward;
  const write = writerFor(layout);
  const messaging: Content = (scope) =>
    write(scope, [NS.EB, prefixes.EB, 'Messaging'], {
      ...awkward.messaging,
      ids: [NS.WSU, prefixes.WSU, 'Id', MESSAGING_ID],
      content: (inner) => renderContent(awkward.messaging.inside, inner),
    });
  const secured: Content = (scope) =>
    security === undefined ? '' : securityText(awkward, write, security, scope);
  const other: Content = (scope) =>
    awkward.otherBlock === undefined
      ? ''
      : write(scope, ['urn:other-block', 'a', 'Other'], {
          content: (inner) => renderContent([awkward.otherBlock!], inner),
        });
  const blocks = awkward.securityFirst ? [secured, other, messaging] : [messaging, secured, other];
  const header: Content = (scope) =>
    write(scope, [NS.S12, prefixes.S12, 'Header'], {
      declarations: awkward.onHeader,
      content: (inner) => gap[0] + blocks.map((block, i) => block(inner) + gap[i + 1]!).join(''),
    });
  const body: Content = (scope) =>
    write(scope, [NS.S12, prefixes.S12, 'Body'], {
      ...awkward.body,
      ids: [NS.WSU, prefixes.WSU, 'Id', BODY_ID],
      content: () => awkward.bodyContent,
    });
  const envelope = write(new Map(), [NS.S12, prefixes.S12, 'Envelope'], {
    declarations: awkward.onEnvelope,
    content: (inner) => gap[4] + header(inner) + gap[5] + body(inner) + gap[4],
  });
  return awkward.declaration + envelope + gap[5];
}

interface Parts {
  readonly declarations?: Tree['declarations'];
  readonly attributes?: Tree['attributes'];
  /** An attribute with a namespace: namespace, prefix, name, value. */
  readonly ids?: readonly [string, string, string, string];
  /** Attributes without prefix. */
  readonly plain?: Readonly<Record<string, string>>;
  readonly content?: Content;
}

type Write = (
  scope: Scope,
  name: readonly [namespace: string, prefix: string, name: string],
  parts: Parts,
) => string;

/** Writes an element of a standard namespace: its prefixes win over whatever the awkward declarations bind them to. */
function writerFor(layout: Layout): Write {
  return (
    scope,
    [namespace, prefix, name],
    { declarations: extra = [], attributes: own = [], ids, plain = {}, content },
  ) => {
    const needed = new Map([[prefix, namespace]]);
    if (ids !== undefined) needed.set(ids[1], ids[0]);
    const wanted = extra.filter(([to]) => !needed.has(to));
    const missing = [...needed].filter(([to, uri]) => (scope.get(to) ?? '') !== uri);
    const bare = Object.entries(plain).map(([key, value]) => ({ prefix: '', name: key, value }));
    const named = ids === undefined ? [] : [{ prefix: ids[1], name: ids[2], value: ids[3] }];
    return renderElement(
      {
        prefix,
        name,
        layout,
        declarations: [...wanted, ...missing],
        attributes: [...bare, ...named, ...own],
      },
      scope,
      content ?? (() => ''),
    );
  };
}

const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const BASE64 = `${WSS}soap-message-security-1.0#Base64Binary`;
const X509V3 = `${WSS}x509-token-profile-1.0#X509v3`;
const TOKEN_ID = 'awkward-token';

function securityText(
  awkward: AwkwardEnvelope,
  write: Write,
  { signer, values }: Security,
  scope: Scope,
): string {
  const { prefixes, gaps: gap, lists } = awkward;
  const ds = (name: string, at: Scope, parts: Parts): string => write(at, [NS.DS, prefixes.DS, name], parts);
  const wsse = (name: string, at: Scope, parts: Parts): string =>
    write(at, [NS.WSSE, prefixes.WSSE, name], parts);
  const transform = (name: string, list: PrefixList, at: Scope): string =>
    ds(name, at, {
      plain: { Algorithm: NS.EC },
      content: (inner) =>
        list === undefined
          ? ''
          : write(inner, [NS.EC, prefixes.EC, 'InclusiveNamespaces'], {
              plain: { PrefixList: list.join(awkward.separator) },
            }),
    });
  const reference =
    (uri: string, list: PrefixList, digest: string) =>
    (at: Scope): string =>
      ds('Reference', at, {
        plain: { URI: uri },
        content: (inner) =>
          gap[2] +
          ds('Transforms', inner, { content: (deep) => transform('Transform', list, deep) }) +
          ds('DigestMethod', inner, { plain: { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' } }) +
          ds('DigestValue', inner, { content: () => digest }),
      });
  const references = [
    reference(`#${MESSAGING_ID}`, lists.messaging, values.messaging),
    reference(`#${BODY_ID}`, lists.body, values.body),
  ];
  if (awkward.bodyReferenceFirst) references.reverse();
  const signedInfo: Content = (at) =>
    ds('SignedInfo', at, {
      content: (inner) =>
        gap[1] +
        transform('CanonicalizationMethod', lists.signedInfo, inner) +
        ds('SignatureMethod', inner, {
          plain: { Algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' },
        }) +
        references.map((one) => one(inner)).join(gap[0]),
    });
  const keyInfo: Content = (at) =>
    ds('KeyInfo', at, {
      content: (inner) =>
        wsse('SecurityTokenReference', inner, {
          content: (deep) => wsse('Reference', deep, { plain: { URI: `#${TOKEN_ID}`, ValueType: X509V3 } }),
        }),
    });
  const token: Content = (at) =>
    wsse('BinarySecurityToken', at, {
      plain: { EncodingType: BASE64, ValueType: X509V3 },
      ids: [NS.WSU, prefixes.WSU, 'Id', TOKEN_ID],
      content: () => signer.certificate.der.toString('base64'),
    });
  const signature: Content = (at) =>
    ds('Signature', at, {
      content: (inner) =>
        signedInfo(inner) + ds('SignatureValue', inner, { content: () => values.value }) + keyInfo(inner),
    });
  return wsse('Security', scope, { content: (inner) => token(inner) + gap[2] + signature(inner) + gap[3] });
}
