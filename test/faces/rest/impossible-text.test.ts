import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import type { InboundMessage } from '../../../src/msh/index.ts';
import { createExchanges } from '../../../src/oots/index.ts';
import type { ExchangeStore } from '../../../src/oots/index.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';
import { PREVIEWS } from '../../support/exchange-recorders.ts';
import { notifyWorld } from '../../support/notify-world.ts';
import { submitParts } from '../../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import { serveApi } from './api.ts';
import type { Answer, ServedApi } from './api.ts';
import { DOCUMENT, resolve } from './openapi-document.ts';
import type { OperationObject, Schema } from './openapi-document.ts';

/** Every text that the OpenAPI document lets a caller send, as none can be kept: on the real MSH and a real store. */

const ending = inReverse({ after });

const BAD = { NUL: 'a\u0000b', 'half a character': 'a\ud800', 'an escape': 'a\u001bb' } as const;

/** Of base64 nothing else is a field that could be wrong in this way. */
const OTHERWISE_REFUSED = new Set(['parts[0].content', 'documents[0].content']);

interface Served {
  readonly api: ServedApi;
  readonly ids: Readonly<Record<string, string>>;
}

let served: Promise<Served> | undefined;

/** One for all tests: nothing here changes anything. */
const serve = (): Promise<Served> => (served ??= start());

async function start(): Promise<Served> {
  const { a, b } = await pairGateways(ending);
  const ask = (to: string) => ({
    service: SERVICE,
    action: 'Ask',
    to: { partyIds: [{ value: to, type: PARTY_TYPE }] },
  });
  await submitParts(a, ask('AP_B'), []);
  const { messageId } = await submitParts(b, ask('AP_A'), []);
  await a.settled();
  const [received] = await b.inbox();
  assert.ok(received);
  const world = await notifyWorld(ending, [{ url: 'http://127.0.0.1:9/' }]);
  const exchanges = createExchanges({
    ...b.context,
    msh: b.msh,
    store: b.world.store,
    previews: PREVIEWS,
    recordNow: () => Promise.resolve(),
    countryIn: () => 'PT',
  });
  const exchange = await recordedExchange(b.world.store, received);
  return {
    api: await serveApi(ending, b.msh, { notifier: world.notifier, exchanges }),
    ids: { messageId, id: received.rowId, exchange, n: '0', name: 'AP_A' },
  };
}

/** An exchange that was begun by a received message; its id. */
async function recordedExchange(store: ExchangeStore, message: InboundMessage): Promise<string> {
  const { rowId, messageId, receivedAt: at, partner, pmodeId } = message;
  const id = randomUUID();
  const requestId = `urn:uuid:${randomUUID()}`;
  await store.record([
    {
      document: {
        rowId,
        direction: 'in',
        messageId,
        at,
        facts: { kind: 'request', version: '2.0', requestId },
      },
      bytes: Buffer.from(sampleNamed('2.0', 'request-natural')),
      message,
      place: { role: 'provider', partner, id },
      move: () => ({
        exchange: {
          id,
          role: 'provider',
          partner,
          pmodeId,
          conversationId: 'c-1',
          version: '2.0',
          state: 'requested',
          requestId,
          requestRowId: rowId,
          createdAt: at,
          changedAt: at,
        },
      }),
    },
  ]);
  return id;
}

type Body = NonNullable<OperationObject['requestBody']> & { readonly $ref?: string };

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

const PLACES: readonly Place[] = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
  Object.entries(operations)
    .filter(([, { operationId }]) => operationId !== undefined)
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

function filled(path: string, ids: Readonly<Record<string, string>>): string {
  const known = path.startsWith('/v1/exchanges') ? { ...ids, id: ids['exchange'] } : ids;
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((known as Readonly<Record<string, string | undefined>>)[name] ?? 'x'),
  );
}

/** One document for each text in a schema, with nothing but that text in it, and the name of its field. */
function documents(given: Schema, bad: string, field = ''): readonly (readonly [string, unknown])[] {
  const schema = resolve(given);
  if (schema.type === 'string') return [[field, bad]];
  if (schema.items !== undefined)
    return documents(schema.items, bad, `${field}[0]`).map(([name, value]) => [name, [value]]);
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    documents(inner, bad, field === '' ? name : `${field}.${name}`).map(
      ([path, value]) => [path, { [name]: value }] as const,
    ),
  );
}

/** The outcome of an answer that has this field; the others can be answered without more. */
const OUTCOMES: Readonly<Record<string, string>> = {
  documents: 'evidence',
  availableAt: 'deferred',
  exception: 'exception',
  detail: 'exception',
  location: 'preview-required',
  link: 'preview-required',
  description: 'preview-required',
  method: 'preview-required',
  document: 'document',
  parts: 'document',
};

function withOutcome(document: unknown): object {
  const [field = ''] = Object.keys(document as object);
  return { outcome: OUTCOMES[field] ?? 'no-match', ...(document as object) };
}

function assertNamed(answer: Answer, field: string, about: string): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${about}: ${answer.text}`);
  if (OTHERWISE_REFUSED.has(field)) return;
  const { errors = [] } = answer.json as { errors?: readonly { readonly field: string }[] };
  assert.ok(
    answer.json.field === field || errors.some((error) => error.field === field),
    `${about} is not named: ${answer.text}`,
  );
}

test('a path with an id that cannot be leads to nothing, whatever the operation', async () => {
  const { api, ids } = await serve();
  let tried = 0;
  for (const { method, path } of PLACES)
    for (const [, name] of path.matchAll(/\{(\w+)\}/g))
      for (const bad of ['\u0000', 'a\u0000b', 'a\u001bb']) {
        const body = method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
        const given = { ...ids, [name!]: bad, ...(name === 'id' ? { exchange: bad } : {}) };
        const answer = await api.call(method, filled(path, given), body);
        const isReplay = path.endsWith('/replay') && answer.status === 400;
        assert.ok(answer.status === 404 || isReplay, `${method} ${path} ${name}: ${answer.text}`);
        tried += 1;
      }
  assert.ok(tried > 50, `${tried} tried`);
});

for (const [what, bad] of Object.entries(BAD)) {
  test(`${what} in any parameter of a query is refused by its name`, async () => {
    const { api, ids } = await serve();
    let tried = 0;
    for (const { method, path, operation } of PLACES)
      for (const parameter of operation.parameters ?? []) {
        const { in: where, name } = resolve(parameter);
        // A query is UTF-8, where half a character is read as another one.
        if (where !== 'query' || what === 'half a character') continue;
        const answer = await api.call(method, `${filled(path, ids)}?${name}=${encodeURIComponent(bad)}`);
        assertNamed(answer, name, `${method} ${path}?${name}`);
        tried += 1;
      }
    assert.ok(what === 'half a character' || tried > 30, `${tried} tried`);
  });

  test(`${what} in any text of a document is refused by its name`, async () => {
    const { api, ids } = await serve();
    let tried = 0;
    for (const { method, path, operation } of PLACES) {
      if (operation.requestBody === undefined) continue;
      const { schema } = resolve<Body>(operation.requestBody).content['application/json'] ?? {};
      if (schema === undefined) continue;
      for (const [field, document] of documents(schema, bad)) {
        const answer = await api.call(method, filled(path, ids), {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(path.endsWith('/answer') ? withOutcome(document) : document),
        });
        assertNamed(answer, field, `${method} ${path} ${field}`);
        tried += 1;
      }
    }
    assert.ok(tried > 40, `${tried} tried`);
  });

  test(`${what} in any text of the message field of a form is refused by its name`, async () => {
    const { api } = await serve();
    for (const [field, document] of documents(DOCUMENT.components.schemas.Submission!, bad)) {
      const form = new FormData();
      form.append('message', JSON.stringify(document));
      assertNamed(await api.call('POST', '/v1/messages', { body: form }), field, field);
    }
  });
}

test('half a character in a path or a query cannot be decoded, or is read as another one', async () => {
  const { api } = await serve();
  assert.equal((await api.call('GET', '/v1/messages/%ED%A0%80')).status, 400);
  assert.equal((await api.call('GET', '/v1/events?messageId=%ED%A0%80')).status, 200);
});

test('a submission that names its ids with what none can have is refused by the MSH itself', async () => {
  const { a } = await pairGateways(ending);
  for (const field of ['messageId', 'refToMessageId', 'conversationId'])
    for (const bad of Object.values(BAD))
      await assert.rejects(
        submitParts(
          a,
          {
            service: SERVICE,
            action: 'Ask',
            to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] },
            [field]: bad,
          },
          [],
        ),
        (error: { code?: string; finding?: { field?: string } }) =>
          error.code === 'submit/invalid-id' && error.finding?.field === field,
      );
});
