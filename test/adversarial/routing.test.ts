import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Changes, Forgery } from '../support/attacker.ts';
import { collaborationXml, openTarget, partyInfoXml } from '../support/attacker-target.ts';
import type { Expected, Target } from '../support/attacker-target.ts';
import { PARTY_TYPE, ROLE_A, ROLE_B } from '../support/test-pair.ts';

/** V01: what a message is for, and which agreement governs it. */

const EBMS = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';
let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

const TEST = `<eb:Service>${EBMS}service</eb:Service><eb:Action>${EBMS}test</eb:Action>`;
const AGREEMENT = '<eb:AgreementRef type="urn:example:agreements">two-way</eb:AgreementRef>';
const replaced =
  (from: string | RegExp, to: string): NonNullable<Changes['unit']> =>
  (xml) => {
    const changed = xml.replace(from, to);
    assert.notEqual(changed, xml, 'the change is in place');
    return changed;
  };

describe('V01 the test service', () => {
  for (const [name, parts] of [
    ['without payload', []],
    ['with a payload', undefined],
  ] as const) {
    test(`V01 is acknowledged and delivered nowhere, ${name}`, async () => {
      const files = target.gateway.payloadFiles();
      const inbox = (await target.gateway.inbox()).length;
      const values: Partial<Forgery> = { collaboration: TEST, ...(parts === undefined ? {} : { parts }) };
      const message = target.forge({}, values);
      const answer = await target.strike(message);
      assert.equal(answer.kind, 'receipt');
      assert.ok(answer.signed);
      assert.deepEqual(target.gateway.payloadFiles(), files, 'no payload is kept');
      assert.equal((await target.gateway.inbox()).length, inbox, 'nothing is delivered');
      const again = await target.strike(message);
      assert.equal(again.body, answer.body, 'a repetition gets the first receipt');
    });
  }

  test('V01 is as well protected as any other', async () => {
    const message = target.forge({}, { collaboration: TEST, signed: false });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'receive/no-signature' });
    const broken = target.forge({ encipher: (_, plain) => plain }, { collaboration: TEST });
    await target.refuses(broken, { ebms: 'EBMS:0102' });
  });

  test('V01 its service with another action', async () => {
    const collaboration = TEST.replace(`${EBMS}test`, 'Ask');
    await target.refuses(target.forge({}, { collaboration }), { ebms: 'EBMS:0010' });
  });
});

describe('V01 what no agreement is for', () => {
  const collaboration: Readonly<Record<string, string>> = {
    'an unknown action': collaborationXml('Answer me'),
    'an action in another case': collaborationXml('ask'),
    'an action of another agreement': collaborationXml('Question'),
    'an unknown service': collaborationXml('Ask').replace('>exchange<', '>other<'),
    'another service type': collaborationXml('Ask').replace('urn:example:services', 'urn:example:other'),
    'no service type': collaborationXml('Ask').replace(' type="urn:example:services"', ''),
    'an agreement where there is none': collaborationXml('Ask', AGREEMENT),
    'no agreement where there is one': collaborationXml('Question'),
    'another agreement': collaborationXml('Question', AGREEMENT.replace('two-way', 'one-way')),
    'another agreement type': collaborationXml('Question', AGREEMENT.replace(':agreements', ':others')),
    'no agreement type': collaborationXml(
      'Question',
      AGREEMENT.replace(' type="urn:example:agreements"', ''),
    ),
  };
  for (const [name, xml] of Object.entries(collaboration)) {
    test(`V01 ${name}`, async () => {
      await target.refuses(target.forge({}, { collaboration: xml }), {
        ebms: 'EBMS:0010',
        step: 'receive/find-pmode',
      });
    });
  }

  const header: Readonly<Record<string, readonly [NonNullable<Changes['unit']>, Expected]>> = {
    'an unknown sender': [replaced('>AP_A<', '>AP_Z<'), { ebms: 'EBMS:0001' }],
    'another recipient': [replaced('>AP_B<', '>AP_Z<'), { ebms: 'EBMS:0001' }],
    'a recipient that is a partner of ours': [replaced('>AP_B<', '>AP_C<'), { ebms: 'EBMS:0001' }],
    'another party type': [replaced(PARTY_TYPE, 'urn:example:other'), { ebms: 'EBMS:0001' }],
    'no party type': [replaced(` type="${PARTY_TYPE}"`, ''), { ebms: 'EBMS:0003' }],
    'two identifiers for one party': [
      replaced(/(<eb:From>)(<eb:PartyId.*?<\/eb:PartyId>)/, '$1$2$2'),
      { ebms: 'EBMS:0003' },
    ],
    'no identifier': [replaced(/<eb:PartyId.*?<\/eb:PartyId>/, ''), { ebms: 'EBMS:0009' }],
    'another role': [replaced(ROLE_A, 'urn:example:roles:other'), { ebms: 'EBMS:0010' }],
    'no role': [replaced(`<eb:Role>${ROLE_B}</eb:Role>`, ''), { ebms: 'EBMS:0009' }],
    'another channel': [
      replaced('<eb:UserMessage>', '<eb:UserMessage mpc="urn:example:mpc">'),
      { ebms: 'EBMS:0010' },
    ],
    'no MessageId': [replaced(/<eb:MessageId>.*<\/eb:MessageId>/, ''), { ebms: 'EBMS:0009' }],
    'an empty MessageId': [
      replaced(/<eb:MessageId>.*<\/eb:MessageId>/, '<eb:MessageId></eb:MessageId>'),
      { ebms: 'EBMS:0009' },
    ],
    'no Timestamp': [replaced(/<eb:Timestamp>.*<\/eb:Timestamp>/, ''), { ebms: 'EBMS:0009' }],
    'a Timestamp that is none': [replaced(/2026-01-15T12:00:00.000Z/, 'yesterday'), { ebms: 'EBMS:0009' }],
    'no ConversationId': [replaced(/<eb:ConversationId>.*<\/eb:ConversationId>/, ''), { ebms: 'EBMS:0009' }],
    'an element of our own': [
      replaced('</eb:UserMessage>', '<eb:Order/></eb:UserMessage>'),
      { ebms: 'EBMS:0009' },
    ],
  };
  for (const [name, [unit, expected]] of Object.entries(header)) {
    test(`V01 ${name}`, async () => {
      const message = target.forge({ unit });
      await target.refuses(message, expected);
    });
  }

  test('V01 the pmode attribute of AgreementRef decides nothing', async () => {
    const named = AGREEMENT.replace('<eb:AgreementRef', '<eb:AgreementRef pmode="c-b"');
    const kept = await target.accepts(
      target.forge({}, { collaboration: collaborationXml('Question', named) }),
    );
    assert.equal(kept.pmodeId, 'two-way');
  });

  test('V01 a message without the properties its leg wants', async () => {
    const message = target.forge({}, { collaboration: collaborationXml('Corners') });
    await target.refuses(message, { ebms: 'EBMS:0010', step: 'receive/validate' });
  });

  test('V01 one of two properties', async () => {
    const messageProperties =
      '<eb:MessageProperties><eb:Property name="originalSender">urn:c1</eb:Property></eb:MessageProperties>';
    const message = target.forge({}, { collaboration: collaborationXml('Corners'), messageProperties });
    await target.refuses(message, { ebms: 'EBMS:0010', step: 'receive/validate' });
  });

  test('V01 the sender of the other direction, signed by whom it names', async () => {
    // AP_B never sends to itself: its own name as sender is nobody of whom an agreement knows.
    const message = target.forge({}, { partyInfo: partyInfoXml('AP_B', 'AP_A'), signer: target.b });
    const answer = await target.strike(message);
    assert.equal(answer.kind, 'error');
  });

  test('V01 refusals of the header come before any payload byte is read', async () => {
    let taken = 0;
    const { bytes, contentType } = target.forge({}, { collaboration: collaborationXml('Nothing') });
    const head = bytes.indexOf('\r\n\r\n', bytes.indexOf('--attack-0123456789', 30)) + 4;
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, head);
      for (; taken < 1000; taken += 1) yield Buffer.alloc(10_000, 'x');
    };
    const answer = await target.strikeStream(contentType, body());
    assert.equal(answer.error?.['errorCode'], 'EBMS:0010');
    assert.ok(taken <= 2, `${taken} chunks of payload were taken`);
  });
});

describe('V01 signals at the door', () => {
  const signal = (inside: string): string =>
    '<eb:SignalMessage><eb:MessageInfo><eb:Timestamp>2026-01-15T12:00:00Z</eb:Timestamp>' +
    `<eb:MessageId>signal@attacker.test</eb:MessageId><eb:RefToMessageId>sent@x</eb:RefToMessageId></eb:MessageInfo>${inside}</eb:SignalMessage>`;

  test('V01 a PullRequest is refused', async () => {
    const message = target.forge({}, { unit: signal('<eb:PullRequest></eb:PullRequest>'), parts: [] });
    await target.refuses(message, { ebms: 'EBMS:0010', code: 'receive/pull-not-supported' });
  });

  const error =
    '<eb:Error errorCode="EBMS:0004" severity="failure" category="Content" refToMessageInError="sent@x"></eb:Error>';
  const receipt = '<eb:Receipt></eb:Receipt>';
  for (const [name, inside] of Object.entries({ receipt, error })) {
    test(`V01 a ${name} on its own has no effect and gets no error in return`, async () => {
      const noted = (await target.gateway.journal()).length;
      const answer = await target.strike(target.forge({}, { unit: signal(inside), parts: [] }));
      assert.equal(answer.status, 202);
      assert.equal(answer.kind, 'nothing');
      assert.equal((await target.gateway.journal()).length, noted + 1);
    });
  }
});
