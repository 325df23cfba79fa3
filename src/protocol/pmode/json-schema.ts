import * as z from 'zod';
import type { SettingPath } from './problems.ts';

/** The part of JSON Schema (2020-12) that our own schemas use; written by zod, read by checks, documents and editors. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly default?: unknown;
  /** True for a secret: its value is never shown. */
  readonly writeOnly?: boolean;
}

/** The JSON Schema of what a file may contain, with the defaults set in where the file may leave a value out. */
export function jsonSchemaOf(shape: z.ZodType, defaults?: unknown): JsonSchema {
  const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'throw' }) as unknown as JsonSchema;
  return defaults === undefined ? schema : withDefaults(schema, defaults);
}

/** The schemas that may describe the value at a path, unions taken apart. */
export function schemasAt(schema: JsonSchema, path: SettingPath): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (schemas, segment) => schemas.flatMap((one) => alternatives(stepInto(one, segment))),
    alternatives(schema),
  );
}

/** The description at a path; of the union as a whole when there is one. */
export function descriptionAt(schema: JsonSchema, path: SettingPath): string | undefined {
  let current: readonly JsonSchema[] = [schema];
  for (const segment of path)
    current = current
      .flatMap(alternatives)
      .map((one) => stepInto(one, segment))
      .filter((one) => one !== undefined);
  return current.find((one) => one.description !== undefined)?.description;
}

/** Keys a mapping at a path may have. */
export function keysAt(schema: JsonSchema, path: SettingPath): readonly string[] {
  return schemasAt(schema, path).flatMap((one) => Object.keys(one.properties ?? {}));
}

/** True when the value at a path is a secret. */
export function isSecretAt(schema: JsonSchema, path: SettingPath): boolean {
  return path.some((_, index) => schemasAt(schema, path.slice(0, index + 1)).some((one) => one.writeOnly));
}

function stepInto(schema: JsonSchema, segment: string | number): JsonSchema | undefined {
  if (typeof segment === 'number') return schema.items;
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, segment))
    return schema.properties[segment];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function alternatives(schema: JsonSchema | undefined): readonly JsonSchema[] {
  if (schema === undefined) return [];
  return schema.anyOf === undefined
    ? [schema]
    : schema.anyOf.map((one) =>
        schema.writeOnly === undefined ? one : { ...one, writeOnly: schema.writeOnly },
      );
}

function withDefaults(schema: JsonSchema, defaults: unknown): JsonSchema {
  if (schema.properties === undefined || !isPlain(defaults))
    return defaults === undefined || schema.properties !== undefined
      ? schema
      : { ...schema, default: defaults };
  const properties = Object.entries(schema.properties).map(([key, one]) => [
    key,
    withDefaults(one, defaults[key]),
  ]);
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
