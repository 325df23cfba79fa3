import assert from 'node:assert/strict';
import type { EdmVersionName } from '../../src/oots/index.ts';
import type { Answer } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import type { Portals, Side } from '../support/exchange-portals.ts';

/** What portals and providers call, over real HTTP. */

/** An exchange as the API shows it. */
export type View = Record<string, unknown> & { readonly id: string; readonly state: string };

/** The exchange in an answer that must have this status. */
export function viewIn(answer: Answer, status: number): View {
  assert.equal(answer.status, status, answer.text);
  return answer.json as View;
}

/** Asks for evidence. */
export function ask(
  { portal }: Portals,
  version: EdmVersionName,
  key?: string,
  more: Record<string, unknown> = {},
): Promise<Answer> {
  return portal.api.call('POST', '/v1/exchanges', {
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ version, request: contentOf(version), ...more }),
  });
}

/** An exchange, looked at. */
export async function get({ api }: Side, id: string, query = ''): Promise<View> {
  return viewIn(await api.call('GET', `/v1/exchanges/${id}${query}`), 200);
}

/** The one exchange the provider waits with. */
export async function asked({ provider }: Portals): Promise<View> {
  const { json } = await provider.api.call('GET', '/v1/exchanges?role=provider');
  const items = json.items as View[];
  assert.equal(items.length, 1);
  return get(provider, items[0]!.id);
}

/** The provider answers. */
export function answer({ provider }: Portals, id: string, body: object): Promise<Answer> {
  return provider.api.postJson(`/v1/exchanges/${id}/answer`, body);
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
