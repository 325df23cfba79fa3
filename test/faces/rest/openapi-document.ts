import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A schema of the document, as far as the document uses the vocabulary. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
}

interface Content {
  readonly [mediaType: string]: { readonly schema?: Schema };
}

interface ResponseObject {
  readonly $ref?: string;
  readonly content?: Content;
}

/** An operation of the document. */
export interface OperationObject {
  readonly operationId: string;
  /** `token` with the scopes a key needs. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { readonly $ref?: string; readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

/** The OpenAPI document as it is shipped. */
export const DOCUMENT = parse(
  readFileSync(new URL('../../../schemas/openapi/quoin.yaml', import.meta.url), 'utf8'),
) as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** What a `$ref` points at, or the object itself. */
export function resolve<T extends { readonly $ref?: string }>(object: T): T {
  if (object.$ref === undefined) return object;
  let found: unknown = DOCUMENT;
  for (const step of object.$ref.replace('#/', '').split('/')) {
    found = (found as Record<string, unknown>)[step];
  }
  assert.ok(found, `${object.$ref} leads nowhere`);
  return resolve(found as T);
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
};

/** Asserts that a value is what a schema says, as far as the document goes. */
export function conforms(value: unknown, given: Schema, place = '$'): void {
  const schema = resolve(given);
  if (schema.enum)
    assert.ok(schema.enum.includes(value), `${place}: ${String(value)} is not in the enumeration`);
  if (schema.const !== undefined) assert.equal(value, schema.const, place);
  if (schema.type !== undefined) {
    const fits = TYPES[schema.type];
    assert.ok(fits, `${place}: type ${schema.type} is not one this test knows`);
    assert.ok(fits(value), `${place}: ${JSON.stringify(value)} is not of type ${schema.type}`);
  }
  if (schema.format === 'date-time') assert.ok(!Number.isNaN(Date.parse(value as string)), place);
  if (schema.items)
    (value as unknown[]).forEach((item, i) => conforms(item, schema.items!, `${place}[${i}]`));
  if (!schema.properties) return;
  const object = value as Record<string, unknown>;
  for (const name of schema.required ?? []) assert.ok(name in object, `${place}.${name} is missing`);
  for (const [name, inner] of Object.entries(object)) {
    const known = schema.properties[name];
    if (known) conforms(inner, known, `${place}.${name}`);
    else assert.notEqual(schema.additionalProperties, false, `${place}.${name} is not in the document`);
  }
}

/** The operation that a request goes to. */
export function operationFor(method: string, path: string): OperationObject | undefined {
  const pathname = path.split('?')[0]!;
  const template = Object.keys(DOCUMENT.paths).find((candidate) =>
    new RegExp(`^${candidate.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  return template === undefined ? undefined : DOCUMENT.paths[template]?.[method.toLowerCase()];
}

/** Asserts that an answer is one the document promises for this operation. */
export function checkAnswer(
  operation: OperationObject,
  status: number,
  contentType: string | null,
  body: () => unknown,
): void {
  const response = operation.responses[String(status)] ?? operation.responses.default;
  assert.ok(response, `${operation.operationId} does not document status ${status}`);
  if (operation.responses[String(status)] === undefined) assert.ok(status >= 400, `undocumented ${status}`);
  const content = resolve(response).content ?? {};
  const media = (contentType ?? '').split(';')[0]!;
  const found = content[media] ?? content['*/*'];
  assert.ok(found, `${operation.operationId} ${status} does not document ${media}`);
  if (found.schema) conforms(body(), found.schema);
}
