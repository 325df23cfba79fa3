import { readFileSync } from 'node:fs';
import { readMessaging } from '../../../src/protocol/ebms/index.ts';
import type { Messaging } from '../../../src/protocol/ebms/index.ts';
import { withXml } from '../../../src/protocol/xml/index.ts';

interface Vector {
  readonly file: string;
  readonly shape: string;
  readonly clause: string;
  readonly expect: unknown;
}

const folder = new URL('../../vectors/ebms/', import.meta.url);

export const vectors = (
  JSON.parse(readFileSync(new URL('vectors.json', folder), 'utf8')) as { vectors: readonly Vector[] }
).vectors;

export function vectorText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

/** Parses text whose root is eb:Messaging and reads it. */
export function readHeader(xml: string): Messaging {
  return withXml(Buffer.from(xml), {}, ({ root }) => readMessaging(root));
}
