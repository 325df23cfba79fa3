import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collaborationXml, openTarget, partyInfoXml } from '../../support/attacker-target.ts';
import { submitParts } from '../../support/test-gateway.ts';
import { PARTY_TYPE, ROLE_A, ROLE_B, SERVICE, twoWayYaml } from '../../support/test-pair.ts';

const AGREEMENT = '<eb:AgreementRef type="urn:example:agreements">two-way</eb:AgreementRef>';

/** Parties of a reply: the sender is the responder of the agreement. */
const replyFrom = (name: string): string =>
  partyInfoXml(name, 'AP_B').replace(ROLE_A, 'swap').replace(ROLE_B, ROLE_A).replace('swap', ROLE_B);

test('a partner cannot answer a question that was put to another', async (t) => {
  const target = await openTarget({
    pmodes: { 'b-a.yaml': twoWayYaml('AP_B', 'AP_A'), 'b-c.yaml': twoWayYaml('AP_B', 'AP_C') },
  });
  t.after(() => target.gateway.stop());
  const question = await submitParts(target.gateway, {
    service: SERVICE,
    action: 'Question',
    to: { partyIds: [{ value: 'AP_A', type: PARTY_TYPE }] },
  });
  const answerBy = (signer: typeof target.a, name: string) =>
    target.forge(
      {
        unit: (xml) =>
          xml
            .replace('</eb:MessageId>', `$&<eb:RefToMessageId>${question.messageId}</eb:RefToMessageId>`)
            .replace(/<eb:ConversationId>[^<]*/, `<eb:ConversationId>${question.conversationId}`),
      },
      { signer, partyInfo: replyFrom(name), collaboration: collaborationXml('Answer', AGREEMENT) },
    );

  await target.refuses(answerBy(target.c, 'AP_C'), {
    ebms: 'EBMS:0003',
    check: 'reply-names-a-known-request',
    step: 'receive/validate',
  });
  const kept = await target.accepts(answerBy(target.a, 'AP_A'));
  assert.equal(kept.userMessage.messageInfo.refToMessageId, question.messageId);
});
