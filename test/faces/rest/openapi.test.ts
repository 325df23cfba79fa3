import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { OPEN_ROUTES, ROUTES } from '../../../src/faces/rest/routes.ts';
import { EVENT_SCHEMAS } from '../../../src/faces/rest/event-schemas.ts';
import { agent, evidenceMetadata } from '../../../src/faces/rest/request-schemas.ts';
import { EXCHANGE_SCHEMAS } from '../../../src/faces/rest/exchange-schemas.ts';
import { evidenceTypesQuery } from '../../../src/faces/rest/evidence-types.ts';
import { SCHEMAS } from '../../../src/faces/rest/schemas.ts';
import { DOCUMENT, resolve } from './openapi-document.ts';
import type { OperationObject, Schema } from './openapi-document.ts';

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];

const operations = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, operation]) => ({ path, method, operation })),
);

test('routes and document agree both ways', () => {
  const documented = operations.map(
    ({ path, method, operation }) => `${method} ${path} ${operation.operationId}`,
  );
  const routed = [...OPEN_ROUTES, ...ROUTES].map(
    (r) => `${r.method} ${r.path.replace(/:(\w+)/g, '{$1}')} ${r.operationId}`,
  );
  assert.deepEqual(documented.sort(), routed.sort());
  assert.match(DOCUMENT.openapi, /^3\.1\./);
});

test('the document names the scope of each route, and the 403 of a key without it', () => {
  for (const { operation } of operations) {
    const scope = ROUTES.find(({ operationId }) => operationId === operation.operationId)?.scope;
    const wanted = scope === undefined ? [] : [{ token: [scope] }];
    assert.deepEqual(operation.security, wanted, operation.operationId);
    assert.equal(operation.responses['403'] !== undefined, scope !== undefined, operation.operationId);
  }
});

test('every reference leads somewhere and every schema is used', () => {
  const used = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $ref } = value as { $ref?: string };
    if ($ref !== undefined) {
      resolve(value as Schema);
      used.add($ref);
    }
    Object.values(value).forEach(walk);
  };
  walk(DOCUMENT);
  for (const name of Object.keys(DOCUMENT.components.schemas)) {
    assert.ok(used.has(`#/components/schemas/${name}`), `${name} is not used`);
  }
});

test('every path parameter is declared, and every operation answers problems', () => {
  for (const { path, operation } of operations) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    const item = DOCUMENT.paths[path] as unknown as { parameters?: OperationObject['parameters'] };
    const declared = (item.parameters ?? []).map(
      (p) => resolve(p as { $ref?: string }) as unknown as { name: string },
    );
    assert.deepEqual(
      declared.map((p) => p.name),
      wanted,
      path,
    );
    if (path !== '/health') assert.ok(operation.responses.default, operation.operationId);
  }
});

/** The shape of a schema for comparison: names, which are required, nested shapes. */
function shape(given: Schema): unknown {
  const schema = resolve(given);
  if (schema.items) return [shape(schema.items)];
  if (schema.enum) return [...schema.enum].sort();
  if (!schema.properties) return schema.type;
  const required = schema.required ?? [];
  return Object.fromEntries(
    Object.entries(schema.properties)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [required.includes(name) ? name : `${name}?`, shape(inner)]),
  );
}

test('what the routes accept as JSON is what the document says', () => {
  const pairs = {
    Submission: SCHEMAS.submission,
    InlineSubmission: SCHEMAS.inlineSubmission,
    Ping: SCHEMAS.ping,
    MatchFacts: SCHEMAS.matchFacts,
    ReplayRequest: EVENT_SCHEMAS.replay,
    BusinessWord: SCHEMAS.business,
    LeaseRequest: SCHEMAS.lease,
    AcknowledgeRequest: SCHEMAS.acknowledge,
    ReleaseRequest: SCHEMAS.release,
    PauseRequest: SCHEMAS.pause,
    ExchangeWish: EXCHANGE_SCHEMAS.wish,
    PreviewWish: EXCHANGE_SCHEMAS.preview,
    EvidenceMetadata: evidenceMetadata,
    OotsAgent: agent,
    PreviewLinkWish: EXCHANGE_SCHEMAS.previewLink,
    OpenPreview: EXCHANGE_SCHEMAS.openPreview,
    VisitPreview: EXCHANGE_SCHEMAS.visitPreview,
    DecidePreview: EXCHANGE_SCHEMAS.decidePreview,
  };
  for (const [name, schema] of Object.entries(pairs)) {
    const ours = z.toJSONSchema(schema, { io: 'input' }) as Schema;
    assert.deepEqual(shape(DOCUMENT.components.schemas[name]!), shape(ours), name);
    assert.equal(ours.additionalProperties, false);
  }
});

test('what the routes accept in the query is what the document says', () => {
  const pairs = {
    listMessages: SCHEMAS.messagesQuery,
    listInbox: SCHEMAS.inboxQuery,
    listJournal: SCHEMAS.journalQuery,
    reload: SCHEMAS.reloadQuery,
    listEvents: EVENT_SCHEMAS.eventsQuery,
    streamEvents: EVENT_SCHEMAS.streamQuery,
    listDeliveries: EVENT_SCHEMAS.deliveriesQuery,
    listExchanges: EXCHANGE_SCHEMAS.listQuery,
    getExchange: EXCHANGE_SCHEMAS.getQuery,
    listEvidenceTypes: evidenceTypesQuery,
  };
  for (const { operation } of operations) {
    const documented = (operation.parameters ?? [])
      .map((p) => resolve(p as { $ref?: string }) as unknown as { name: string; in: string })
      .filter((p) => p.in === 'query')
      .map((p) => p.name);
    const schema = pairs[operation.operationId as keyof typeof pairs] as z.ZodObject | undefined;
    assert.deepEqual(documented.sort(), Object.keys(schema?.shape ?? {}).sort(), operation.operationId);
  }
});
