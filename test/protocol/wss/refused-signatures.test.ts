import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NS } from '../../../src/protocol/xml/index.ts';
import { bob, mallory } from './keys.ts';
import { receive, send } from './mini-msh.ts';
import {
  wire,
  TEXT,
  receiving,
  pick,
  SIGNATURE,
  SIGNED_INFO,
  MESSAGING,
  BODY,
  SECURITY,
  TOKEN,
  BODY_REFERENCE,
  PART_REFERENCE,
  SIGNATURE_VALUE,
  replace,
  signed,
  refuses,
  authentication,
  policy,
} from './signed-message.ts';

/** Signatures that cover the wrong thing, and the shape of the Security header; numbers as in the list of attacks. */

test('the message the cases start from is accepted, also when signed again', async () => {
  await receive(wire, receiving);
  await receive({ ...wire, envelope: signed(TEXT) }, receiving);
});

const forgedInfo = SIGNED_INFO.replace('#_m-1-Body', '#_m-2-Body');
refuses('S01: a second SignedInfo', [
  authentication(
    'before the first',
    replace(SIGNED_INFO, forgedInfo + SIGNED_INFO),
    'wss/malformed-signature',
  ),
  authentication(
    'after the first',
    replace(SIGNED_INFO, SIGNED_INFO + forgedInfo),
    'wss/malformed-signature',
  ),
  authentication(
    'inside ds:Object',
    replace(
      '</ds:KeyInfo></ds:Signature>',
      `</ds:KeyInfo><ds:Object>${forgedInfo}</ds:Object></ds:Signature>`,
    ),
    'wss/malformed-signature',
  ),
  authentication(
    'in place of the first, which stands in ds:Object',
    replace(SIGNED_INFO, `<ds:Object>${SIGNED_INFO}</ds:Object>`),
    'wss/malformed-signature',
  ),
  authentication(
    'in another namespace beside it',
    replace(SIGNED_INFO, `${SIGNED_INFO}<SignedInfo xmlns="urn:x"/>`),
    'wss/malformed-signature',
  ),
  authentication(
    'after SignatureValue',
    replace(SIGNATURE_VALUE, SIGNATURE_VALUE + forgedInfo),
    'wss/malformed-signature',
  ),
]);

const other = await send({
  signer: mallory,
  signWith: 'IssuerSerial',
  recipient: bob.certificate,
  encryptWith: 'IssuerSerial',
  parts: [],
  unit: '<eb:UserMessage>forged</eb:UserMessage>',
});
const otherSignature = /<ds:Signature .*<\/ds:Signature>/.exec(other.envelope.toString())![0];
refuses('S02: a second signature', [
  authentication(
    'by another key, after the first',
    replace(SIGNATURE, SIGNATURE + otherSignature),
    'wss/several-signatures',
  ),
  authentication(
    'by another key, before the first',
    replace(SIGNATURE, otherSignature + SIGNATURE),
    'wss/several-signatures',
  ),
  authentication('the same one twice', replace(SIGNATURE, SIGNATURE + SIGNATURE), 'wss/several-signatures'),
  policy(
    'in a second Security header for us',
    replace(SECURITY, SECURITY + SECURITY),
    'wss/several-security-headers',
  ),
  policy(
    'in a second Security header for whoever comes next',
    replace(SECURITY, `${SECURITY}<wsse:Security xmlns:wsse="${NS.WSSE}" S12:role="${NS.S12}/role/next"/>`),
    'wss/several-security-headers',
  ),
]);

const forgedMessaging = MESSAGING.replace('m@example.org', 'forged@example.org');
const renamed = forgedMessaging.replace('wsu:Id="_m-1"', 'wsu:Id="_m-9"');
const anonymous = forgedMessaging.replace(' wsu:Id="_m-1"', '');
const wrapped = `<x:Wrapper xmlns:x="urn:x">${MESSAGING}</x:Wrapper>`;
const forgedBody = '<S12:Body><forged/></S12:Body>';
refuses('S03: signature wrapping', [
  authentication(
    'the signed Messaging under a dummy header, a forged one first',
    replace(MESSAGING, renamed + wrapped),
    'wss/signature-wrapping',
  ),
  authentication(
    'the same, the forged one without id',
    replace(MESSAGING, anonymous + wrapped),
    'wss/signature-wrapping',
  ),
  authentication(
    'the same, the forged one last',
    replace(MESSAGING, wrapped).replace('</S12:Header>', `${renamed}</S12:Header>`),
    'wss/signature-wrapping',
  ),
  authentication(
    'the signed Messaging inside the forged one',
    replace(MESSAGING, renamed.replace('</eb:Messaging>', `${MESSAGING}</eb:Messaging>`)),
    'wss/signature-wrapping',
  ),
  authentication(
    'the signed Messaging in the Body',
    replace(MESSAGING, renamed).replace('</S12:Body>', `${MESSAGING}</S12:Body>`),
    'wss/digest-mismatch',
  ),
  authentication(
    'the signed Messaging in ds:Object',
    replace(MESSAGING, renamed).replace(
      '</ds:Signature>',
      `<ds:Object>${MESSAGING}</ds:Object></ds:Signature>`,
    ),
    'wss/malformed-signature',
  ),
  policy(
    'the signed Messaging in the Security header',
    replace(MESSAGING, renamed).replace('</wsse:Security>', `${MESSAGING}</wsse:Security>`),
    'wss/unknown-security-element',
  ),
  authentication(
    'the signed Messaging in a Security header for somebody else',
    replace(
      MESSAGING,
      `${renamed}<wsse:Security xmlns:wsse="${NS.WSSE}" S12:role="urn:else">${MESSAGING}</wsse:Security>`,
    ),
    'wss/signature-wrapping',
  ),
  authentication(
    'the signed Body under a dummy header, a forged one in its place',
    replace(BODY, forgedBody).replace(
      '</S12:Header>',
      `<x:Wrapper xmlns:x="urn:x">${BODY}</x:Wrapper></S12:Header>`,
    ),
    'wss/signature-wrapping',
  ),
  authentication('the signed Messaging gone', replace(MESSAGING, renamed), 'wss/reference-unresolved'),
]);

refuses('S04: one id on two elements', [
  ...['wsu:Id', 'Id', 'ID', 'id', 'xml:id'].map((attribute) =>
    authentication(
      `the forged Messaging carries it as ${attribute}`,
      replace(MESSAGING, forgedMessaging.replace('wsu:Id="_m-1"', `${attribute}="_m-1"`) + wrapped),
      'wss/ambiguous-id',
    ),
  ),
  authentication(
    'the id of the Body on a token',
    replace('wsu:Id="_m-1-Signer"', 'wsu:Id="_m-1-Signer" Id="_m-1-Body"'),
    'wss/ambiguous-id',
  ),
  authentication('two tokens of one id', replace(TOKEN, TOKEN + TOKEN), 'wss/ambiguous-id'),
]);

refuses('S05: the Body', [
  policy('not signed', signed(replace(BODY_REFERENCE, '')), 'wss/not-covered'),
  authentication(
    'a child added after signing',
    replace('</S12:Body>', '<x/></S12:Body>'),
    'wss/digest-mismatch',
  ),
  authentication('text added after signing', replace('</S12:Body>', ' </S12:Body>'), 'wss/digest-mismatch'),
  policy('a child, signed', signed(replace('</S12:Body>', '<x/></S12:Body>')), 'wss/body-not-empty'),
  policy('text, signed', signed(replace('</S12:Body>', 'text</S12:Body>')), 'wss/body-not-empty'),
  policy(
    'a Fault in a user message, signed',
    signed(replace('</S12:Body>', '<S12:Fault/></S12:Body>')),
    'wss/body-not-empty',
  ),
]);

const messagingReference = pick(/<ds:Reference URI="#_m-1">.*?<\/ds:Reference>/);
refuses('S06 and S07: coverage of the parts', [
  policy('one of two parts is not signed', signed(replace(PART_REFERENCE, '')), 'wss/not-covered'),
  {
    ...policy('a part the header names is not signed', TEXT, 'wss/not-covered'),
    contentIds: ['one', 'two', 'three'],
  },
  {
    ...policy('a reference to a part the header does not name', TEXT, 'wss/signs-unknown-part'),
    contentIds: ['one'],
  },
  policy(
    'a reference to a part that is not there',
    signed(replace(PART_REFERENCE, PART_REFERENCE + PART_REFERENCE.replace('cid:one', 'cid:three'))),
    'wss/signs-unknown-part',
  ),
  policy(
    'a part named twice',
    signed(replace(PART_REFERENCE, PART_REFERENCE + PART_REFERENCE)),
    'wss/signed-twice',
  ),
  policy(
    'a part named twice, once escaped',
    signed(replace(PART_REFERENCE, PART_REFERENCE + PART_REFERENCE.replace('cid:one', 'cid:%6Fne'))),
    'wss/signed-twice',
  ),
  policy('Messaging is not signed', signed(replace(messagingReference, '')), 'wss/not-covered'),
  authentication(
    'no reference at all',
    replace(SIGNED_INFO, SIGNED_INFO.replace(/<ds:Reference.*<\/ds:Reference>/, '')),
    'wss/malformed-signature',
  ),
]);

refuses('limits', [
  policy('71 references', replace(PART_REFERENCE, PART_REFERENCE.repeat(69)), 'wss/too-many'),
  policy('9 references to elements', replace(BODY_REFERENCE, BODY_REFERENCE.repeat(8)), 'wss/too-many'),
  policy(
    '9 tokens',
    replace(
      TOKEN,
      TOKEN +
        TOKEN.replace('_m-1-Signer', 'x')
          .replace(/>[^<]*</, '>AA==<')
          .replace(' wsu:Id="x"', '')
          .repeat(7),
    ),
    'wss/too-many',
  ),
]);

refuses('the Security header', [
  policy('none', replace(SECURITY, ''), 'wss/not-signed'),
  policy(
    'for somebody else',
    replace('<wsse:Security ', '<wsse:Security S12:role="urn:somebody-else" '),
    'wss/not-signed',
  ),
  policy('without signature', replace(SIGNATURE, ''), 'wss/not-signed'),
  policy(
    'with something unknown',
    replace(SIGNATURE, `${SIGNATURE}<x:Unknown xmlns:x="urn:x"/>`),
    'wss/unknown-security-element',
  ),
  policy(
    'with a signature one level down',
    replace(SIGNATURE, `<wsse:SecurityTokenReference>${SIGNATURE}</wsse:SecurityTokenReference>`),
    'wss/unknown-security-element',
  ),
]);

describe('what a Security header may hold besides', () => {
  for (const [what, element] of [
    ['a Timestamp', `<wsu:Timestamp><wsu:Created>2020-01-01T00:00:00Z</wsu:Created></wsu:Timestamp>`],
    ['a UsernameToken', '<wsse:UsernameToken><wsse:Username>x</wsse:Username></wsse:UsernameToken>'],
    [
      'an unused token that is no certificate',
      '<wsse:BinarySecurityToken wsu:Id="noise">!</wsse:BinarySecurityToken>',
    ],
  ] as const) {
    test(what, async () => {
      await receive({ ...wire, envelope: Buffer.from(replace(SIGNATURE, element + SIGNATURE)) }, receiving);
    });
  }

  test('a Security header for another role may stand beside ours', async () => {
    const foreign = `<wsse:Security xmlns:wsse="${NS.WSSE}" S12:role="urn:else"><x xmlns="urn:x"/></wsse:Security>`;
    await receive({ ...wire, envelope: Buffer.from(replace(SECURITY, foreign + SECURITY)) }, receiving);
  });

  test('a signed token or Timestamp is one more covered element', async () => {
    const reference = BODY_REFERENCE.replace('#_m-1-Body', '#_m-1-Signer');
    const { references } = await receive(
      { ...wire, envelope: signed(replace(BODY_REFERENCE, BODY_REFERENCE + reference)) },
      receiving,
    );
    assert.ok(references.some(({ uri }) => uri === '#_m-1-Signer'));
  });
});
