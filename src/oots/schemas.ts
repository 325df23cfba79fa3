import { readdirSync, readFileSync } from 'node:fs';
import { compileSchema } from '../protocol/xml/index.ts';
import type { XmlSchema } from '../protocol/xml/index.ts';
import type { EdmVersion } from './versions.ts';

/** Our own schemas, beside the source and beside the built program. */
const FOLDER = new URL('../../schemas/xml/edm/', import.meta.url);

const compiled = new Map<string, XmlSchema>();
let parts: Readonly<Record<string, string>> | undefined;

/** The schema of a version, compiled when it is first asked for and kept: they are few, and the same for everybody. */
export function schemaOf({ schema }: EdmVersion): XmlSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  parts ??= readParts();
  const fresh = compileSchema(parts[`${schema}.xsd`]!, parts);
  compiled.set(schema, fresh);
  return fresh;
}

function readParts(): Readonly<Record<string, string>> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.xsd'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
}
