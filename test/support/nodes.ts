import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/index.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Gateway } from '../../src/gateway.ts';
import { formatProblem } from '../../src/protocol/pmode/index.ts';
import type { MshEvent } from '../../src/msh/index.ts';
import { reversed } from './test-pair.ts';
import type { Ending } from './test-pair.ts';
import { ask, askJson, formOf } from './served-gateways.ts';
import type { ServedFiles, ServedName } from './served-gateways.ts';

/** A gateway of this process, started from an operator's files; `api` is where this node is asked. */
export interface TestNode extends ServedFiles {
  readonly gateway: Gateway;
  readonly events: readonly MshEvent[];
}

/** Starts a node; `env` is all it has of an environment. It stops when the test ends. */
export async function startNode(
  ending: Ending,
  place: ServedFiles,
  env: Readonly<Record<string, string>> = {},
): Promise<TestNode> {
  const { config, problems } = loadConfig({ file: place.config, env });
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  const gateway = await startGateway(config);
  reversed(ending).after(() => gateway.stop());
  const events: MshEvent[] = [];
  gateway.observer.observe((event) => void events.push(event));
  const { as4, api, operations } = gateway;
  return { ...place, as4, api, operations, gateway, events };
}

/** The environment of a further node of the same access point: ports and a data folder of its own. */
export function besides({ folder }: ServedFiles, name: string): Record<string, string> {
  return {
    QUOIN_LISTENERS_AS4_PORT: '0',
    QUOIN_LISTENERS_API_PORT: '0',
    QUOIN_LISTENERS_OPERATIONS_PORT: '0',
    QUOIN_DATA: join(folder, name),
    QUOIN_PAYLOADS: join(folder, 'data', 'payloads'),
  };
}

/** Quick to notice and to try again; nothing is read again unless somebody asks. */
export const NODE_CONFIG = `timeouts: { connect: 2s, response: 10s, lease: 13s, sweep: 300ms, heartbeat: 1s, reload: 0s, statement: 5s }
limits: { freeSpace: 0B, inlineSize: 4KiB }
log: { level: silent }
`;
/** Tries often enough for any outage of a test. */
export const NODE_LEGS = ', receptionAwareness: { retries: 100, window: 5m, strategy: constant }';

/** SHA-256 in hex, as the API tells it. */
export const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A received message as the inbox tells it. */
export interface Item {
  readonly id: string;
  readonly messageId: string;
  readonly parts: readonly { readonly sha256: string }[];
}

/** A sent message as the API tells it. */
export interface Status {
  readonly state: string;
  readonly attempts: readonly unknown[];
}

/** Submits one part. */
export function submit(
  from: TestNode,
  to: ServedName,
  messageId: string,
  content: Buffer,
): ReturnType<typeof ask> {
  return ask(from, '/v1/messages', { method: 'POST', body: formOf(messageId, to, [content]) });
}

/** Resolves once it is acknowledged; rejects when it has failed. */
export async function acknowledged(from: TestNode, messageId: string): Promise<Status> {
  for (;;) {
    const status = await askJson<Status>(from, `/v1/messages/${encodeURIComponent(messageId)}`);
    if (status.state === 'ACKNOWLEDGED') return status;
    assert.notEqual(status.state, 'SEND_FAILURE', JSON.stringify(status));
    await delay(30);
  }
}

/** The first hundred messages received. */
export async function inbox(of: TestNode): Promise<readonly Item[]> {
  return (await askJson<{ items: readonly Item[] }>(of, '/v1/inbox?limit=100')).items;
}
