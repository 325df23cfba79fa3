import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { NS } from '../../src/protocol/xml/index.ts';
import {
  BODY,
  BODY_ID,
  canonical,
  elementReference,
  MESSAGING_ID,
  partReference,
  sha256,
  signatureXml,
  signedInfoXml,
  tokenReference,
  tokenXml,
} from '../support/attacker.ts';
import type { Changes, Forged, SecurityBlocks } from '../support/attacker.ts';
import { openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';

/** S01 to S08: what a signature is made of, and what it covers. */

let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

/** The content an attacker would like to be believed: another action than the one signed. */
const tamper = (messaging: string): string =>
  messaging.replace('<eb:Action>Ask</eb:Action>', '<eb:Action>Plain</eb:Action>');

/** An honest message whose Messaging is known, for changes that need its text twice. */
function withMessaging(changes: (messaging: () => string) => Changes): Forged {
  let messaging = '';
  const captured = changes(() => messaging);
  return target.forge({
    ...captured,
    messaging: (xml) => (messaging = captured.messaging?.(xml) ?? xml),
  });
}

const signedInfoIn = (signature: string): string => /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(signature)![0];

/** The honest SignedInfo with the digest of the tampered Messaging in place of the signed one. */
const forgedInfo = (honest: string, messaging: string): string =>
  honest.replace(sha256(canonical(messaging)), sha256(canonical(tamper(messaging))));

test('honest messages of the toolkit are accepted', async () => {
  const kept = await target.accepts(target.forge());
  assert.equal((await target.gateway.content(kept.parts[0]!)).toString(), ordinaryPart().content.toString());
  await target.accepts(target.forge({}, { parts: [] }));
  const two = [ordinaryPart(), ordinaryPart({ contentId: 'second@attacker.test', compress: false })];
  await target.accepts(target.forge({}, { parts: two }));
});

describe('S01 a second SignedInfo', () => {
  const places: Readonly<Record<string, (signature: string, honest: string, forged: string) => string>> = {
    'before the signed one': (signature, honest, forged) => signature.replace(honest, forged + honest),
    'after the signed one': (signature, honest, forged) => signature.replace(honest, honest + forged),
    'inside an Object': (signature, _, forged) =>
      signature.replace('</ds:Signature>', `<ds:Object>${forged}</ds:Object></ds:Signature>`),
    'around the signed one': (signature, honest, forged) =>
      signature.replace(honest, forged.replace('</ds:SignedInfo>', `${honest}</ds:SignedInfo>`)),
  };
  for (const [name, place] of Object.entries(places)) {
    test(`S01 ${name}`, async () => {
      const message = withMessaging((messaging) => ({
        signature: (xml) => place(xml, signedInfoIn(xml), forgedInfo(signedInfoIn(xml), messaging())),
        envelope: (xml) => xml.replace(messaging(), tamper(messaging())),
      }));
      assert.ok(message.envelope.includes('>Plain<'), 'the attack is in place');
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
    });
  }
});

describe('S02 a second Signature', () => {
  const secondSignature = (messaging: string, parts = [ordinaryPart()]): SecurityBlocks => {
    const references = [
      elementReference(MESSAGING_ID, messaging),
      elementReference(BODY_ID, BODY),
      ...parts.map((part) => partReference(part.contentId, part.content)),
    ];
    const info = signedInfoXml(references);
    const value = sign('sha256', canonical(info), target.c.privateKey);
    return [
      { name: 'other', xml: tokenXml('second-token', target.c.certificate.der) },
      { name: 'other', xml: signatureXml(info, value, tokenReference('second-token')) },
    ];
  };
  for (const order of ['before', 'after'] as const) {
    test(`S02 of another key over other content, ${order} the first`, async () => {
      const message = withMessaging((messaging) => ({
        security: (blocks) => {
          const second = secondSignature(tamper(messaging()));
          return order === 'before' ? [...second, ...blocks] : [...blocks, ...second];
        },
        envelope: (xml) => xml.replace(messaging(), tamper(messaging())),
      }));
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/several-signatures' });
    });
  }

  test('S02 of another key over the same content', async () => {
    const message = withMessaging((messaging) => ({
      security: (blocks) => [...blocks, ...secondSignature(messaging())],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/several-signatures' });
  });

  test('S02 in a Security header for somebody else is none of our business', async () => {
    const message = withMessaging((messaging) => ({
      blocks: (blocks) => {
        const inside = secondSignature(tamper(messaging())).map(({ xml }) => xml);
        const other = `<wsse:Security xmlns:wsse="${NS.WSSE}" S12:role="urn:example:other">${inside.join('')}</wsse:Security>`;
        return [...blocks, other];
      },
    }));
    assert.equal((await target.accepts(message)).userMessage.collaborationInfo.action, 'Ask');
  });
});

describe('S03 signature wrapping', () => {
  const wrapped = (inside: string): string =>
    `<x:Wrapper xmlns:x="urn:example:wrapper">${inside}</x:Wrapper>`;
  const otherId = (messaging: string): string =>
    tamper(messaging).replace(`wsu:Id="${MESSAGING_ID}"`, 'wsu:Id="_forged"');

  test('S03 the signed Messaging under a dummy header block, a forged one first', async () => {
    const message = withMessaging((messaging) => ({
      blocks: ([first, ...others]) => [otherId(first!), ...others, wrapped(messaging())],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-wrapping' });
  });

  test('S03 a forged Messaging without any id', async () => {
    const message = withMessaging((messaging) => ({
      blocks: ([first, ...others]) => [
        wrapped(messaging()),
        tamper(first!).replace(` wsu:Id="${MESSAGING_ID}"`, ''),
        ...others,
      ],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-wrapping' });
  });

  test('S03 the signed Messaging inside the forged one', async () => {
    const message = withMessaging((messaging) => ({
      blocks: ([first, ...others]) => [
        otherId(first!).replace('</eb:Messaging>', `${wrapped(messaging())}</eb:Messaging>`),
        ...others,
      ],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-wrapping' });
  });

  test('S03 the signed Messaging in an Object of the signature', async () => {
    const message = withMessaging((messaging) => ({
      signature: (xml) =>
        xml.replace('</ds:Signature>', `<ds:Object>${messaging()}</ds:Object></ds:Signature>`),
      blocks: ([first, ...others]) => [otherId(first!), ...others],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  test('S03 the signed Messaging for another role, the forged one for us', async () => {
    const forRole = (messaging: string): string =>
      messaging.replace(' S12:mustUnderstand', ' S12:role="urn:example:other" S12:mustUnderstand');
    const message = withMessaging((messaging) => ({
      messaging: forRole,
      blocks: ([first, ...others]) => [
        otherId(first!).replace(' S12:role="urn:example:other"', ''),
        ...others,
        messaging(),
      ],
    }));
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-wrapping' });
  });

  test('S03 the signed Body in a header block, another Body in its place', async () => {
    const message = target.forge({
      blocks: (blocks) => [...blocks, wrapped(BODY)],
      envelope: (xml) => {
        const at = xml.lastIndexOf(BODY);
        return `${xml.slice(0, at)}${BODY.replace(BODY_ID, '_forged')}${xml.slice(at + BODY.length)}`;
      },
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-wrapping' });
  });
});

describe('S04 wrapping with equal ids', () => {
  const attributes: Readonly<Record<string, string>> = {
    'wsu:Id': `xmlns:wsu="${NS.WSU}" wsu:Id`,
    Id: 'Id',
    ID: 'ID',
    id: 'id',
    'xml:id': 'xml:id',
  };
  for (const [name, attribute] of Object.entries(attributes)) {
    test(`S04 ${name} of a wrapper equals wsu:Id of the signed Messaging`, async () => {
      const message = withMessaging((messaging) => ({
        blocks: ([first, ...others]) => [
          tamper(first!).replace(MESSAGING_ID, '_forged'),
          ...others,
          `<x:Wrapper xmlns:x="urn:example:wrapper" ${attribute}="${MESSAGING_ID}">${messaging()}</x:Wrapper>`,
        ],
      }));
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/ambiguous-id' });
    });
  }

  for (const attribute of ['wsu:Id', 'id', 'xml:id']) {
    test(`S04 ${attribute} of the forged Messaging equals wsu:Id of the signed one`, async () => {
      const message = withMessaging((messaging) => ({
        blocks: ([first, ...others]) => [
          tamper(first!).replace(' wsu:Id=', ` ${attribute}=`),
          ...others,
          `<x:Wrapper xmlns:x="urn:example:wrapper">${messaging()}</x:Wrapper>`,
        ],
      }));
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/ambiguous-id' });
    });
  }

  test('S04 equal ids far from anything signed are refused too', async () => {
    const twins = '<x:One xmlns:x="urn:example:x" Id="twin"/><x:Two xmlns:x="urn:example:x" ID="twin"/>';
    const message = target.forge({ blocks: (blocks) => [...blocks, twins] });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/ambiguous-id' });
  });
});

describe('S05 the Body', () => {
  const withoutBody: Changes = {
    references: (references) => references.filter(({ uri }) => uri !== `#${BODY_ID}`),
  };

  test('S05 not signed', async () => {
    await target.refuses(target.forge(withoutBody), { ebms: 'EBMS:0103', code: 'wss/not-covered' });
  });

  test('S05 with a child added after signing', async () => {
    const message = target.forge({
      envelope: (xml) => xml.replace('</S12:Body>', '<x:Order xmlns:x="urn:example:x"/></S12:Body>'),
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/digest-mismatch' });
  });

  test('S05 with text added after signing', async () => {
    const message = target.forge({ envelope: (xml) => xml.replace('</S12:Body>', 'order</S12:Body>') });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/digest-mismatch' });
  });

  test('S05 with a child that is signed: payload never travels in the Body', async () => {
    const message = target.forge({
      body: (xml) => xml.replace('</S12:Body>', '<x:Order xmlns:x="urn:example:x"></x:Order></S12:Body>'),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/body-not-empty' });
  });
});

describe('S06 and S07 parts', () => {
  const parts = ['one', 'two', 'three'].map((name) => ordinaryPart({ contentId: `${name}@attacker.test` }));

  for (const { contentId } of parts) {
    test(`S06 ${contentId} of three parts is not signed`, async () => {
      const message = target.forge(
        { references: (references) => references.filter(({ uri }) => uri !== `cid:${contentId}`) },
        { parts },
      );
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/not-covered' });
    });
  }

  test('S06 Messaging is not signed', async () => {
    const message = target.forge({
      references: (references) => references.filter(({ uri }) => uri !== `#${MESSAGING_ID}`),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/not-covered' });
  });

  test('S06 nothing at all is signed, though a signature stands there', async () => {
    const message = target.forge({ references: () => [] });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  test('S06 no signature', async () => {
    const message = target.forge({}, { signed: false });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/no-signature' });
  });

  test('S06 no Security header', async () => {
    const message = target.forge({}, { signed: false, encrypted: false });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/no-signature' });
  });

  test('S07 a reference to a part that neither header nor package has', async () => {
    const message = target.forge({
      references: (references) => [...references, partReference('ghost@attacker.test', Buffer.from('ghost'))],
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/signs-unknown-part' });
  });

  test('S07 a part twice in SignedInfo', async () => {
    const message = target.forge({ references: (references) => [...references, references.at(-1)!] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/signed-twice' });
  });

  test('S07 a part that PayloadInfo and SignedInfo name does not come', async () => {
    const message = target.forge({ mime: (all) => all.slice(0, -1) }, { parts });
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'receive/part-missing' });
  });

  test('S07 a part comes that nothing names', async () => {
    const message = target.forge({
      mime: (all) => [
        ...all,
        { headers: [['Content-ID', '<stowaway@attacker.test>']], body: Buffer.from('boo') },
      ],
    });
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'receive/undeclared-part' });
  });

  test('S07 a part without Content-ID comes', async () => {
    const message = target.forge({
      mime: (all) => [...all, { headers: [['Content-Type', 'text/plain']], body: Buffer.from('boo') }],
    });
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'receive/undeclared-part' });
  });

  test('S07 a part changed after signing, before encryption', async () => {
    const message = target.forge({ digested: () => Buffer.from('what was signed') });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/payload-digest' });
  });

  test('S07 two parts change places', async () => {
    const different = [
      ordinaryPart({ contentId: 'one@attacker.test' }),
      ordinaryPart({ contentId: 'two@attacker.test', content: Buffer.from('<other/>') }),
    ];
    const message = target.forge(
      { mime: ([root, one, two]) => [root!, { ...one!, body: two!.body }, { ...two!, body: one!.body }] },
      { parts: different },
    );
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/payload-digest' });
  });
});

describe('S08 markup inside values', () => {
  const values: Readonly<Record<string, RegExp>> = {
    DigestValue: /(<ds:DigestValue>.{10})(.)/,
    SignatureValue: /(<ds:SignatureValue>.{10})(.)/,
    MessageId: /(<eb:MessageId>.{10})(.)/,
  };
  const answers = { DigestValue: 'EBMS:0101', SignatureValue: 'EBMS:0101', MessageId: 'EBMS:0009' } as const;

  for (const [name, place] of Object.entries(values)) {
    const edited = (edit: (character: string) => string): Forged =>
      target.forge({
        envelope: (xml) => xml.replace(place, (_, start: string, next: string) => start + edit(next)),
      });

    test(`S08 a comment in ${name}: canonical form does not see it, so the value is refused`, async () => {
      const ebms = answers[name as keyof typeof answers];
      await target.refuses(
        edited((next) => `<!-- cut -->${next}`),
        { ebms },
      );
    });

    test(`S08 a processing instruction in ${name}`, async () => {
      const message = edited((next) => `<?cut here?>${next}`);
      await target.refuses(message, { fault: 'Sender', code: 'soap/processing-instruction' });
    });

    test(`S08 an element in ${name}`, async () => {
      const ebms = answers[name as keyof typeof answers];
      await target.refuses(
        edited((next) => `<x/>${next}`),
        { ebms },
      );
    });

    test(`S08 an undefined entity in ${name}`, async () => {
      await target.refuses(
        edited((next) => `&cut;${next}`),
        { fault: 'Sender', code: 'xml/not-well-formed' },
      );
    });

    test(`S08 a CDATA section in ${name} changes no value`, async () => {
      const message = edited((next) => `<![CDATA[${next}]]>`);
      assert.equal((await target.accepts(message)).messageId, message.messageId);
    });

    test(`S08 a character reference in ${name} changes no value`, async () => {
      const message = edited((next) => `&#${next.codePointAt(0)};`);
      assert.equal((await target.accepts(message)).messageId, message.messageId);
    });
  }
});
