import assert from 'node:assert/strict';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { makeWebIdentity } from '../../../src/development-pki.ts';
import { openPlainBrowser } from '../../../src/faces/demo/citizen/browser.ts';
import { html } from '../../../src/faces/demo/web/html.ts';
import { sendPage } from '../../../src/faces/demo/web/page.ts';
import { cookieOf, openSite } from '../../../src/faces/demo/web/site.ts';

const HOUSE = { kind: 'portal', name: 'A & B', about: 'for <you>' } as const;

test('text never becomes markup', () => {
  const name = `<b onload="x('y')">&`;
  assert.equal(
    html`<p title="${name}">${name}</p>`.markup,
    '<p title="&lt;b onload=&quot;x(&#39;y&#39;)&quot;&gt;&amp;">&lt;b onload=&quot;x(&#39;y&#39;)&quot;&gt;&amp;</p>',
  );
  assert.equal(html`${[html`<i>1</i>`, '<', undefined, 2]}`.markup, '<i>1</i>&lt;2');
});

test('pages run no script, load nothing from elsewhere, and are for browsers of this machine', async (t) => {
  const identity = await makeWebIdentity(['127.0.0.1']);
  const site = await openSite(identity);
  t.after(() => site.close());
  site.serve((app) => {
    app.get('/', (_request, response) => {
      sendPage(response, HOUSE, {
        title: 'A <title>',
        step: 3,
        body: html`<p>${'<script>'}</p>`,
        leadsTo: 'https://127.0.0.1:1/back?x',
      });
    });
    app.post('/said', (request, response) => {
      response.json({ body: request.body as unknown, cookie: cookieOf(request, 'b') });
    });
  });

  const browser = openPlainBrowser(identity.authority);
  const page = await browser.open(`${site.url}/`);
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'; style-src 'self'; form-action 'self' https:\/\/127\.0\.0\.1:1;/);
  assert.ok(!/script-src|unsafe/.test(policy));
  assert.equal(page.headers['cache-control'], 'no-store');
  assert.match(page.text, /<h1>A &lt;title&gt;<\/h1>/);
  assert.ok(!page.text.includes('<script'));
  assert.match(page.text, /aria-current="step"><span>3<\/span> Evidence request/);
  assert.equal(
    (await browser.open(`${site.url}/style.css`)).headers['content-type'],
    'text/css; charset=utf-8',
  );
  assert.equal((await browser.send(`${site.url}/said`, { a: '1' })).text, '{"body":{"a":"1"}}');

  const said = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(`${site.url}/said`, {
        method: 'POST',
        ca: identity.authority,
        agent: false,
        // The name is what is tried out here.
        checkServerIdentity: () => undefined,
        headers,
      });
      sent.on('error', reject);
      sent.on('response', (answer: IncomingMessage) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.end();
    });
  assert.equal(await said({ cookie: 'a=1; b=2' }), 200);
  assert.equal(await said({ 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await said({ 'sec-fetch-site': 'same-site' }), 403);
  assert.equal(await said({ host: 'rebound.example' }), 421);
  // Whoever does not trust the authority goes no further.
  const { authority } = await makeWebIdentity(['127.0.0.1']);
  await assert.rejects(openPlainBrowser(authority).open(`${site.url}/`), { code: 'demo/citizen-lost' });
});
