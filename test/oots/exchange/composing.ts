import assert from 'node:assert/strict';
import { checkExchangeDocument, readExchangeDocument } from '../../../src/oots/index.ts';
import type {
  EdmVersionName,
  EvidenceRequest,
  ExchangeDocument,
  HeaderFacts,
} from '../../../src/oots/index.ts';
import type { AnswerSources } from '../../../src/oots/exchange/compose/compose-answer.ts';
import type { Composed } from '../../../src/oots/exchange/compose/composed.ts';
import type { RequestContent } from '../../../src/oots/exchange/wishes.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';
import { headerOf } from '../../support/rule-samples.ts';

export const IDS = {
  requestId: '11111111-1111-4111-8111-111111111111',
  conversationId: '22222222-2222-4222-8222-222222222222',
  exchangeId: '33333333-3333-4333-8333-333333333333',
  issuedAt: '2026-05-04T09:30:15.250Z',
};

/** A request of our samples, as it is read. */
export function requestOf(version: EdmVersionName, name = 'request-natural'): EvidenceRequest {
  const { exchange } = readExchangeDocument(Buffer.from(sampleNamed(version, name)));
  assert.ok(exchange?.kind === 'request');
  return exchange.document;
}

/** The same as a portal asks for it: a first request, without what is made here. */
export function contentOf(version: EdmVersionName, name?: string): RequestContent {
  const {
    id,
    specificationIdentifier,
    issueDateTime,
    previewLocation,
    returnLocation,
    responseOption,
    ...rest
  } = requestOf(version, name);
  assert.ok(id && specificationIdentifier && issueDateTime && responseOption);
  assert.ok(previewLocation === undefined || version !== '2.0' || returnLocation !== undefined);
  const { queryDefinition, ...query } = rest.query;
  assert.equal(queryDefinition, 'DocumentQuery');
  return { ...rest, query };
}

const AUSTRIA = { value: 'AP_AT_01', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:AT' };
const PORTUGAL = { value: 'AP_PT_01', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots' };

/** The header a request came in. */
export function messageOf(version: EdmVersionName): AnswerSources['message'] {
  const header = headerOf(version, 'request');
  const role = 'http://sdg.europa.eu/edelivery/gateway';
  return {
    messageInfo: { messageId: 'request@portal.example', timestamp: IDS.issuedAt },
    from: { partyIds: [AUSTRIA], role },
    to: { partyIds: [PORTUGAL], role },
    collaborationInfo: {
      service: { value: 'QueryManager', type: 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0' },
      action: 'ExecuteQueryRequest',
      conversationId: header.conversationId,
    },
    messageProperties: header.messageProperties,
    payloadInfo: [],
  };
}

/** UUIDs one after the other. */
export function countedIds(): () => string {
  let last = 0;
  return () => `00000000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`;
}

/** What a provider's answer is made of. */
export function answerSources(
  version: EdmVersionName,
  request: EvidenceRequest = firstRequest(version),
): AnswerSources {
  return {
    request,
    message: messageOf(version),
    issuedAt: '2026-05-04T09:31:02.000Z',
    newId: countedIds(),
    idDomain: 'oldport.example',
    country: 'PT',
  };
}

/** A request of our samples without what only a second one has. */
export function firstRequest(version: EdmVersionName, name?: string): EvidenceRequest {
  const { previewLocation: _link, returnLocation: _back, ...first } = requestOf(version, name);
  return first;
}

/** The document in a composed message, after it was found to be valid together with its header. */
export function validIn({ submission, document }: Composed, version: EdmVersionName): ExchangeDocument {
  const header: HeaderFacts = {
    action: submission.action,
    conversationId: submission.conversationId ?? '',
    parties: [
      { name: 'From', ...AUSTRIA },
      { name: 'To', ...PORTUGAL },
    ],
    messageProperties: submission.messageProperties ?? [],
    parts: submission.parts,
  };
  const checked = checkExchangeDocument(document, { header, version });
  assert.deepEqual(
    checked.findings.filter(({ severity }) => severity !== 'caution'),
    [],
  );
  assert.equal(checked.version, version);
  const { exchange, findings } = readExchangeDocument(document);
  assert.deepEqual(findings, []);
  assert.ok(exchange);
  return exchange;
}

/** Asserts that a wish is refused with this code, naming this field. */
export function assertWrong(act: () => unknown, code: string, field: string): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof QuoinError, String(error));
    assert.equal(error.code, code, error.message);
    assert.equal(error.finding?.field, field);
    assert.ok(error.finding.advice);
    return true;
  });
}
