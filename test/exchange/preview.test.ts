import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { API_SCOPES } from '../../src/config/index.ts';
import type { ApiKey } from '../../src/config/index.ts';
import type { EdmVersionName } from '../../src/oots/index.ts';
import { assertProblem } from '../faces/rest/api.ts';
import type { Answer } from '../faces/rest/api.ts';
import { contentOf } from '../oots/exchange/composing.ts';
import { PREVIEWS } from '../support/exchange-recorders.ts';
import { openPortals } from '../support/exchange-portals.ts';
import type { Portals } from '../support/exchange-portals.ts';
import { quoin } from '../faces/cli/terminals.ts';

/** The preview space of a provider, with links that are made for it, between two real access points. */

const BASE = 'https://preview.oldport.example/open';
const BACK = 'https://portal.newport.example/back?case=1';
const DOCUMENTS = [{ title: 'Record', mimeType: 'application/pdf', content: 'JVBERi0=' }];
const TOKEN = /[?&]token=([\w-]{43})(&|$)/;

type View = Record<string, unknown> & {
  readonly id: string;
  readonly state: string;
  readonly preview?: Record<string, unknown> & { readonly state: string };
};
type Visit = {
  readonly session: string;
  readonly changed?: boolean;
  readonly preview: NonNullable<View['preview']>;
  readonly exchange: View;
  readonly subject?: { readonly naturalPerson?: { readonly familyName?: string } };
  readonly request?: unknown;
};

const ok = <T>(answer: Answer, status = 200): T => {
  assert.equal(answer.status, status, answer.text);
  return answer.json as T;
};

/** A portal and a provider, and an exchange between them whose request waits. */
class Previewing {
  readonly portals: Portals;
  readonly asked: string;
  readonly waiting: string;

  constructor(portals: Portals, asked: string, waiting: string) {
    this.portals = portals;
    this.asked = asked;
    this.waiting = waiting;
  }

  static async open(
    t: TestContext,
    version: EdmVersionName,
    content = contentOf(version),
  ): Promise<Previewing> {
    const portals = await openPortals(t);
    const wish = { version, request: content };
    const { id } = ok<View>(await portals.portal.api.postJson('/v1/exchanges', wish), 202);
    await portals.settled();
    const { items } = await portals.provider.exchanges.list({}, { limit: 1 });
    return new Previewing(portals, id, items[0]!.id);
  }

  provider(path: string, body: object): Promise<Answer> {
    return this.portals.provider.api.postJson(path, body);
  }

  answer(body: object): Promise<Answer> {
    return this.provider(`/v1/exchanges/${this.waiting}/answer`, body);
  }

  mint(body: object = { base: BASE }): Promise<Answer> {
    return this.provider(`/v1/exchanges/${this.waiting}/preview-links`, body);
  }

  /** The request is answered with a link; what the portal gets of it. */
  async offered(link: object = { base: BASE }): Promise<{ location: string; token: string }> {
    const view = ok<View>(await this.answer({ outcome: 'preview-required', link }), 202);
    assert.equal(view.state, 'preview-required');
    await this.portals.settled();
    const { previewLocation } = await this.show('portal');
    assert.equal(previewLocation, view.previewLocation);
    const location = previewLocation as string;
    return { location, token: TOKEN.exec(location)![1]! };
  }

  async secondRequest(): Promise<View> {
    const path = `/v1/exchanges/${this.asked}/preview`;
    const view = ok<View>(await this.portals.portal.api.postJson(path, { returnLocation: BACK }), 202);
    await this.portals.settled();
    return view;
  }

  async show(side: 'portal' | 'provider'): Promise<View> {
    const id = side === 'portal' ? this.asked : this.waiting;
    return ok<View>(await this.portals[side].api.call('GET', `/v1/exchanges/${id}`));
  }
}

const timelineOf = ({ timeline }: View): readonly string[] =>
  (timeline as readonly { event: string }[]).map(({ event }) => event).filter((e) => e.startsWith('preview'));

for (const version of ['1.2', '2.0'] as const)
  test(`EDM ${version}: a citizen opens a minted link, approves, and the portal gets the documents`, async (t) => {
    const one = await Previewing.open(t, version);
    const { location, token } = await one.offered();
    assert.ok(location.startsWith(`${BASE}?token=`), location);
    const { citizenLink } = await one.secondRequest();
    const came = new URL(citizenLink as string).searchParams;
    assert.equal(came.get('token'), token, 'what the portal appends leaves the token as it is');
    assert.equal((await one.show('provider')).preview?.state, 'linked');
    const returnLocation = came.get('returnurl') ?? undefined;
    assert.equal(returnLocation, version === '1.2' ? BACK : undefined);
    const visit = ok<Visit>(await one.provider('/v1/preview/open', { token, returnLocation }));
    assert.match(visit.session, /^[\w-]{43}$/);
    assert.deepEqual(
      [visit.preview.state, visit.preview.returnLocation, visit.exchange.state, visit.exchange.id],
      ['opened', BACK, 'preview-requested', one.waiting],
    );
    const person = contentOf(version).query.naturalPerson;
    assert.equal(visit.subject?.naturalPerson?.familyName, person?.familyName);
    assert.ok(visit.request);
    assertProblem(await one.provider('/v1/preview/open', { token }), 410, 'oots/preview-link-used', 'token');
    const decision = { session: visit.session, decision: 'approved', accepted: ['record of birth'] };
    const decided = ok<Visit>(await one.provider('/v1/preview/decide', decision));
    assert.deepEqual([decided.changed, decided.preview.state], [true, 'approved']);
    assert.equal(ok<Visit>(await one.provider('/v1/preview/decide', decision)).changed, false);
    for (const other of [
      { ...decision, accepted: ['another one'] },
      { session: visit.session, decision: 'refused' },
    ])
      assertProblem(await one.provider('/v1/preview/decide', other), 409, 'oots/preview-decided', 'decision');
    const held = await one.show('provider');
    assert.deepEqual(
      [held.preview?.state, held.preview?.accepted, held.state],
      ['approved', ['record of birth'], 'preview-requested'],
    );
    ok(await one.answer({ outcome: 'evidence', documents: DOCUMENTS }), 202);
    await one.portals.settled();
    const got = await one.show('portal');
    assert.deepEqual([got.state, got.outcome], ['answered', 'evidence']);
    assert.equal(got.preview, undefined, 'the portal knows nothing of the preview');
    assert.deepEqual(timelineOf(got), []);
    assert.deepEqual(timelineOf(await one.show('provider')), [
      'preview-linked',
      'preview-opened',
      'preview-approved',
    ]);
    const session = { session: visit.session };
    const after = ok<Visit>(await one.provider('/v1/preview/session', session));
    assert.deepEqual([after.preview.state, after.exchange.state], ['approved', 'answered']);
  });

test('the citizen may be there before the second request, and refuse', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { token } = await one.offered({ base: `${BASE}?lang=pt`, expiresIn: 60 });
  const { session, ...opened } = ok<Visit>(await one.provider('/v1/preview/open', { token }));
  assert.deepEqual([opened.exchange.state, opened.preview.returnLocation], ['preview-required', undefined]);
  const refused = { session, decision: 'refused' };
  assertProblem(
    await one.provider('/v1/preview/decide', { ...refused, accepted: ['all'] }),
    422,
    'oots/incomplete-answer',
    'accepted',
  );
  assert.equal(ok<Visit>(await one.provider('/v1/preview/decide', refused)).preview.state, 'refused');
  await one.secondRequest();
  const seen = ok<Visit>(await one.provider('/v1/preview/session', { session }));
  assert.deepEqual(
    [seen.exchange.state, seen.preview.returnLocation, seen.preview.state],
    ['preview-requested', BACK, 'refused'],
  );
  ok(await one.answer({ outcome: 'no-match' }), 202);
  await one.portals.settled();
  assert.deepEqual([(await one.show('portal')).outcome], ['no-match']);
  const { api } = one.portals.provider;
  const { out } = await quoin('--api', api.url, 'exchange', 'show', one.waiting);
  assert.match(
    out,
    /preview link made\n.*\n?(.*\n)*.*preview opened by the citizen\n(.*\n)*.*refused in the preview/,
  );
});

test('a link is too late from the moment on when it expires, and a session too', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { clock } = one.portals;
  const { token } = await one.offered({ base: BASE, expiresIn: 60 });
  clock.advance(60_000);
  const open = (): Promise<Answer> => one.provider('/v1/preview/open', { token });
  assertProblem(await open(), 410, 'oots/preview-link-expired', 'token');
  assert.equal((await one.show('provider')).preview?.state, 'expired');
  clock.advance(-1);
  const { session } = ok<Visit>(await open());
  await one.secondRequest();
  clock.advance(PREVIEWS.sessionMs - 1);
  ok<Visit>(await one.provider('/v1/preview/session', { session }));
  clock.advance(1);
  const late = await one.provider('/v1/preview/decide', { session, decision: 'approved' });
  assertProblem(late, 410, 'oots/preview-session-expired', 'session');
  const view = await one.show('provider');
  assert.equal(view.preview?.state, 'expired');
  assert.deepEqual(timelineOf(view), ['preview-linked', 'preview-opened', 'preview-expired']);
});

test('of many who open a link at once one does, and of many decisions one counts', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { token } = await one.offered();
  const opened = await Promise.all(
    Array.from({ length: 6 }, () => one.provider('/v1/preview/open', { token })),
  );
  const won = opened.filter(({ status }) => status === 200);
  assert.equal(won.length, 1);
  for (const other of opened)
    if (other.status !== 200) assertProblem(other, 410, 'oots/preview-link-used', 'token');
  const { session } = ok<Visit>(won[0]!);
  const decided = await Promise.all(
    ['approved', 'refused', 'approved', 'refused'].map((decision) =>
      one.provider('/v1/preview/decide', { session, decision }),
    ),
  );
  assert.equal(decided.filter(({ status, json }) => status === 200 && json.changed === true).length, 1);
  const { preview } = await one.show('provider');
  const kept = decided.filter(({ status }) => status === 200);
  for (const { json } of kept) assert.equal((json as Visit).preview.state, preview?.state);
});

test('a link is made on its own too, and opens only once the portal was given it', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const unused = ok<{ token: string }>(await one.mint(), 201);
  const minted = ok<{ token: string; location: string; requestId: string }>(await one.mint(), 201);
  assert.equal(minted.location, `${BASE}?token=${minted.token}`);
  assert.equal((await one.show('provider')).requestId, minted.requestId);
  const open = (token: string): Promise<Answer> => one.provider('/v1/preview/open', { token });
  assertProblem(await open(minted.token), 409, 'oots/preview-over', 'state');
  const location = `https://preview.oldport.example/visits/${minted.token}/of-birth`;
  ok(await one.answer({ outcome: 'preview-required', location }), 202);
  assertProblem(await open(unused.token), 409, 'oots/preview-over', 'state');
  ok<Visit>(await open(minted.token));
  await one.portals.settled();
  assert.equal((await one.show('portal')).previewLocation, location);
});

test('the same answer again has the same link, at once and later', async (t) => {
  const one = await Previewing.open(t, '1.2');
  const wish = { outcome: 'preview-required', link: { base: BASE }, description: 'See it' };
  const answers = await Promise.all(Array.from({ length: 4 }, () => one.answer(wish)));
  for (const { status, text } of answers) assert.ok(status === 202 || status === 200, text);
  const locations = answers.map(({ json }) => json.previewLocation);
  assert.equal(new Set(locations).size, 1);
  one.portals.clock.advance(5_000);
  const later = ok<View>(await one.answer(wish), 200);
  assert.equal(later.previewLocation, locations[0]);
  for (const other of [
    { ...wish, link: { base: `${BASE}/other` } },
    { ...wish, description: 'Look' },
  ])
    assertProblem(await one.answer(other), 409, 'oots/not-waiting', 'state');
  await one.portals.settled();
  assert.equal((await one.portals.portal.gateway.inbox()).length, 1);
});

test('what is wrong with a link is told by its field, and none is made', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const bases = [
    'http://preview.oldport.example/',
    'http://localhost:8080/',
    `${BASE}#top`,
    `${BASE}?token=mine`,
    `${BASE}?a=1&returnurl=x`,
    `${BASE} here`,
    'https://user:secret@preview.oldport.example/',
    'https://',
    'javascript:alert(1)',
  ];
  for (const base of bases) {
    assertProblem(await one.mint({ base }), 422, 'oots/bad-preview-location', 'base');
    const answer = await one.answer({ outcome: 'preview-required', link: { base } });
    assertProblem(answer, 422, 'oots/bad-preview-location', 'link.base');
  }
  const tooLong = { base: BASE, expiresIn: PREVIEWS.mostMs / 1000 + 1 };
  assertProblem(await one.mint(tooLong), 422, 'oots/bad-preview-lifetime', 'expiresIn');
  const long = await one.answer({ outcome: 'preview-required', link: tooLong });
  assertProblem(long, 422, 'oots/bad-preview-lifetime', 'link.expiresIn');
  for (const expiresIn of [0, -1, 1.5, '15m'])
    assertProblem(await one.mint({ base: BASE, expiresIn }), 400, 'rest/invalid-field', 'expiresIn');
  const both = { outcome: 'preview-required', location: BASE, link: { base: BASE } };
  assertProblem(await one.answer(both), 422, 'oots/incomplete-answer', 'location');
  assertProblem(await one.answer({ outcome: 'preview-required' }), 422, 'oots/incomplete-answer', 'location');
  const wrongMethod = { outcome: 'preview-required', link: { base: BASE }, method: 'POST' };
  assertProblem(await one.answer(wrongMethod), 422, 'oots/wrong-version', 'method');
  const token = 'x'.repeat(43);
  assertProblem(await one.provider('/v1/preview/open', { token }), 404, 'oots/unknown-preview', 'token');
  const noWay = await one.provider('/v1/preview/open', { token, returnLocation: 'http://portal.example/' });
  assertProblem(noWay, 422, 'oots/bad-return-location', 'returnLocation');
  for (const path of ['session', 'decide'])
    assertProblem(
      await one.provider(`/v1/preview/${path}`, {
        session: token,
        ...(path === 'decide' ? { decision: 'refused' } : {}),
      }),
      404,
      'oots/unknown-preview',
      'session',
    );
  const large = { token: 'x', returnLocation: `https://portal.example/${'x'.repeat(100_000)}` };
  assertProblem(await one.provider('/v1/preview/open', large), 413, 'rest/too-large', 'body');
  const { provider } = one.portals;
  assert.deepEqual(await provider.gateway.world.store.previewLinksOf(one.waiting), []);
  assert.equal((await one.show('provider')).preview, undefined);
});

test('no link is made where none can be used: answered, at its preview, not wanted, not ours', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { token } = await one.offered();
  assertProblem(await one.mint(), 409, 'oots/not-waiting', 'state');
  await one.secondRequest();
  assertProblem(await one.mint(), 409, 'oots/no-preview', 'state');
  const { session } = ok<Visit>(await one.provider('/v1/preview/open', { token }));
  ok(await one.answer({ outcome: 'no-match' }), 202);
  assertProblem(await one.mint(), 409, 'oots/not-waiting', 'state');
  const late = await one.provider('/v1/preview/decide', { session, decision: 'approved' });
  assertProblem(late, 409, 'oots/preview-over', 'state');
  const asked = await one.portals.portal.api.postJson(`/v1/exchanges/${one.asked}/preview-links`, {
    base: BASE,
  });
  assertProblem(asked, 409, 'oots/not-waiting', 'state');
  const without = await Previewing.open(t, '2.0', { ...contentOf('2.0'), possibilityForPreview: false });
  assertProblem(await without.mint(), 409, 'oots/no-preview', 'state');
});

test('a link that was given cannot be opened when the exchange was over before', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { token } = await one.offered();
  await one.secondRequest();
  ok(await one.answer({ outcome: 'exception', exception: 'TimeoutExceptionType' }), 202);
  assertProblem(await one.provider('/v1/preview/open', { token }), 409, 'oots/preview-over', 'state');
  assert.equal((await one.show('provider')).preview?.state, 'expired');
});

test('neither token nor session is kept by the preview, or told to a log', async (t) => {
  const one = await Previewing.open(t, '2.0');
  const { token } = await one.offered();
  const { session } = ok<Visit>(await one.provider('/v1/preview/open', { token }));
  await one.provider('/v1/preview/open', { token });
  await one.provider('/v1/preview/open', { token: `${token}x` });
  await one.provider('/v1/preview/decide', { session, decision: 'maybe' });
  await one.provider('/v1/preview/decide', { session, decision: 'refused' });
  await one.provider('/v1/preview/decide', { session, decision: 'approved' });
  await one.secondRequest();
  const { gateway, api } = one.portals.provider;
  const links = await gateway.world.store.previewLinksOf(one.waiting);
  assert.equal(links.length, 1);
  const { items: journal } = await gateway.world.store.listJournal({}, { limit: 1000 });
  const { items: told } = await gateway.world.store.listEvents({}, { limit: 1000 });
  const everything = JSON.stringify([links, journal, told, gateway.events, api.events]);
  assert.ok(everything.includes('oots/preview-link-used') && everything.includes('preview-decided'));
  for (const secret of [token, session]) assert.ok(!everything.includes(secret), everything);
  const shown = JSON.stringify(await one.show('provider'));
  assert.ok(!shown.includes(session));
  assert.ok(!shown.includes(links[0]!.hash));
});

const keyFor = (name: string, parties: readonly string[] | undefined): ApiKey => ({
  name,
  hash: createHash('sha256').update(name).digest('hex'),
  scopes: API_SCOPES,
  ...(parties === undefined ? {} : { parties }),
  created: 0,
});

test('a key that is held to parties makes and opens links of their exchanges only', async (t) => {
  const keys = [keyFor('ours', ['PT508901234']), keyFor('theirs', ['0815'])];
  const { portal, provider, settled } = await openPortals(t, { providerKeys: keys });
  ok(await portal.api.postJson('/v1/exchanges', { version: '2.0', request: contentOf('2.0') }), 202);
  await settled();
  const { items } = await provider.exchanges.list({}, { limit: 1 });
  const call = (key: string, path: string, body: object): Promise<Answer> =>
    provider.api.call('POST', path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const path = `/v1/exchanges/${items[0]!.id}`;
  const mint = (key: string): Promise<Answer> => call(key, `${path}/preview-links`, { base: BASE });
  assertProblem(await mint('theirs'), 404, 'rest/unknown-exchange', 'id');
  const { token, location } = ok<{ token: string; location: string }>(await mint('ours'), 201);
  ok(await call('ours', `${path}/answer`, { outcome: 'preview-required', location }), 202);
  const open = (key: string, shown = token): Promise<Answer> =>
    call(key, '/v1/preview/open', { token: shown });
  const unknown = await open('theirs', 'x'.repeat(43));
  assertProblem(unknown, 404, 'oots/unknown-preview', 'token');
  assert.equal((await open('theirs')).text, unknown.text, 'as if it were not there');
  const { session } = ok<Visit>(await open('ours'));
  assert.equal((await open('theirs')).text, unknown.text, 'opened or not');
  for (const [what, body] of [
    ['session', { session }],
    ['decide', { session, decision: 'refused' }],
  ] as const) {
    const refused = await call('theirs', `/v1/preview/${what}`, body);
    assertProblem(refused, 404, 'oots/unknown-preview', 'session');
    const guessed = await call('theirs', `/v1/preview/${what}`, { ...body, session: 'y'.repeat(43) });
    assert.equal(refused.text, guessed.text);
    ok<Visit>(await call('ours', `/v1/preview/${what}`, body));
  }
});
