import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { assertProblem, startApi } from './api.ts';
import type { Answer, Api } from './api.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function postForm(api: Api, fields: readonly (readonly [string, string | Blob])[]): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, 'file.bin');
  }
  return api.call('POST', '/v1/messages', { body: form });
}

const messageWith = (parts: number, more: object = {}): string =>
  JSON.stringify({ parts: Array.from({ length: parts }, () => ({ mimeType: 'text/plain' })), ...more });

/** Everything that was begun was either kept or thrown away, and only what a message names is kept. */
function assertNothingLeft(api: Api): void {
  const named = [...api.msh.outbound.values()].flatMap(({ message }) => message.parts.map((p) => p.payload));
  assert.deepEqual([...api.msh.payloads.keys()].sort(), named.sort());
}

async function eventually(condition: () => boolean, what: string): Promise<void> {
  const guard = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > guard) throw new Error(`never happened: ${what}`);
    await new Promise((r) => setTimeout(r, 10));
  }
}

test('a JSON submission is kept and answered 202 with where to look', async (t) => {
  const api = await startApi(t);
  const answer = await api.postJson('/v1/messages', {
    messageId: 'one@example',
    conversationId: 'c-1',
    from: { partyIds: [{ value: 'A', type: 'urn:t' }], role: 'sender' },
    to: { partyIds: [{ value: 'B', type: 'urn:t' }] },
    service: { value: 'urn:s', type: 'urn:st' },
    action: 'urn:a',
    messageProperties: [{ name: 'originalSender', value: 'c1', type: 'urn:x' }],
    parts: [
      { mimeType: 'text/plain', content: base64('Grüße'), properties: [{ name: 'p', value: '' }] },
      { mimeType: 'application/xml', content: '', compress: false, contentId: 'x@y', charset: 'UTF-8' },
    ],
  });
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.json, {
    outcome: 'accepted',
    messageId: 'one@example',
    conversationId: 'c-1',
    pmode: 'test.pmode',
    state: 'SEND_ENQUEUED',
    links: { self: '/v1/messages/one%40example' },
  });
  assert.equal(answer.headers.get('location'), '/v1/messages/one%40example');
  const { message } = api.msh.outbound.get('one@example')!;
  assert.equal(api.msh.payloads.get(message.parts[0]!.payload)?.toString(), 'Grüße');
  assert.equal(message.parts[1]!.originalSize, 0);
  assert.deepEqual(message.userMessage.collaborationInfo.service, { value: 'urn:s', type: 'urn:st' });
  assert.deepEqual(message.userMessage.messageProperties, [
    { name: 'originalSender', value: 'c1', type: 'urn:x' },
  ]);
});

test('the same MessageId again: 200 for the same content, 409 for other content', async (t) => {
  const api = await startApi(t);
  const submission = {
    messageId: 'again@example',
    parts: [{ mimeType: 'text/plain', content: base64('one') }],
  };
  assert.equal((await api.postJson('/v1/messages', submission)).status, 202);
  const same = await api.postJson('/v1/messages', submission);
  assert.deepEqual([same.status, same.json.outcome], [200, 'already-accepted']);
  const other = { ...submission, parts: [{ mimeType: 'text/plain', content: base64('two') }] };
  const conflict = await api.postJson('/v1/messages', other);
  assertProblem(conflict, 409, 'submit/duplicate-message-id', 'messageId');
  assertNothingLeft(api);
});

test('a form streams its files into the parts, in order', async (t) => {
  const api = await startApi(t);
  const big = Buffer.alloc(3_000_000, 'ab');
  const answer = await postForm(api, [
    ['message', messageWith(3, { messageId: 'form@example' })],
    ['part-0', new Blob(['first'], { type: 'text/plain' })],
    ['part-1', new Blob([])],
    ['part-2', new Blob([big])],
  ]);
  assert.equal(answer.status, 202, answer.text);
  const { message } = api.msh.outbound.get('form@example')!;
  assert.deepEqual(
    message.parts.map((p) => p.originalSize),
    [5, 0, 3_000_000],
  );
  assert.equal(message.parts[2]!.sha256, createHash('sha256').update(big).digest('hex'));
});

test('a form part without a file name is a part all the same', async (t) => {
  const api = await startApi(t);
  const answer = await postForm(api, [
    ['message', messageWith(1)],
    ['part-0', 'just text'],
  ]);
  assert.equal(answer.status, 202, answer.text);
});

test('a form is streamed with back-pressure: what is not taken stays with the sender', async (t) => {
  const api = await startApi(t);
  api.msh.countOnly = true;
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  api.msh.onChunk = () => gate;
  const boundary = 'stream-boundary';
  const head = [
    `--${boundary}\r\nContent-Disposition: form-data; name="message"\r\n\r\n${messageWith(1, { messageId: 'slow@x' })}\r\n`,
    `--${boundary}\r\nContent-Disposition: form-data; name="part-0"; filename="x"\r\n\r\n`,
  ].join('');
  const request = httpRequest(`${api.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
  request.write(head);
  const chunk = Buffer.alloc(1_000_000, 'z');
  for (let i = 0; i < 100; i += 1) request.write(chunk);
  request.end(`\r\n--${boundary}--\r\n`);
  await eventually(() => api.msh.writers.begun === 1, 'first chunk');
  await new Promise((r) => setTimeout(r, 300));
  assert.ok(request.writableLength > 50_000_000, `${request.writableLength} bytes held back`);
  go();
  assert.equal(await status, 202);
  assert.equal(api.msh.writers.bytes, 100_000_000);
});

test('a base64 part of many megabytes in JSON is kept; one that is wrong at its end is refused', async (t) => {
  const api = await startApi(t, { limits: { jsonBytes: 32 * 1024 * 1024 } });
  const content = Buffer.alloc(12 * 1024 * 1024 + 1, 'Grüße').toString('base64');
  const part = { mimeType: 'text/plain', content };
  const kept = await api.postJson('/v1/messages', { messageId: 'large@example', parts: [part] });
  assert.equal(kept.status, 202, kept.text);
  const wrong = await api.postJson('/v1/messages', {
    parts: [{ ...part, content: `${content.slice(0, -4)}!AA=` }],
  });
  assertProblem(wrong, 400, 'rest/bad-base64', 'parts[0].content');
});

test('malformed JSON, unknown fields, wrong shapes and bad base64 name their field', async (t) => {
  const api = await startApi(t);
  const part = { mimeType: 'text/plain', content: '' };
  const cases: [unknown, string, string][] = [
    ['{"parts": [', 'rest/malformed-json', 'body'],
    ['', 'rest/malformed-json', 'body'],
    ['[]', 'rest/invalid-field', 'body'],
    ['null', 'rest/invalid-field', 'body'],
    [{ parst: [] }, 'rest/unknown-field', 'parst'],
    ['{"__proto__": {"x": 1}}', 'rest/unknown-field', '__proto__'],
    [{ parts: [{ ...part, mimetype: 'x' }] }, 'rest/unknown-field', 'parts[0].mimetype'],
    [{ parts: [part, { content: '' }] }, 'rest/invalid-field', 'parts[1].mimeType'],
    [{ to: { partyIds: [] } }, 'rest/invalid-field', 'to.partyIds'],
    [{ action: 7 }, 'rest/invalid-field', 'action'],
    [{ action: '' }, 'rest/invalid-field', 'action'],
    [{ parts: [part, { ...part, content: 'a===' }] }, 'rest/bad-base64', 'parts[1].content'],
    [{ parts: [{ ...part, content: 'aGVs bG8=' }] }, 'rest/bad-base64', 'parts[0].content'],
    [{ parts: [{ ...part, content: 'aGVsbG8' }] }, 'rest/bad-base64', 'parts[0].content'],
  ];
  for (const [body, code, field] of cases) {
    assertProblem(await api.postJson('/v1/messages', body), 400, code, field);
  }
  const all = await api.postJson('/v1/messages', { action: 7, mpc: 8 });
  assert.deepEqual(
    (all.json.errors as { field: string }[]).map((e) => e.field),
    ['action', 'mpc'],
  );
  const latin1 = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"action": "\xe4"}', 'latin1'),
  });
  assertProblem(latin1, 400, 'rest/malformed-json', 'body');
  assert.equal(api.msh.writers.begun, 0);
});

test('what the MSH refuses comes back with its code, field and advice', async (t) => {
  const api = await startApi(t);
  const answer = await api.postJson('/v1/messages', { pmode: 'unknown' });
  assertProblem(answer, 422, 'submit/unknown-pmode', 'pmode');
  assert.equal((answer.json.finding as { advice: string }).advice, 'Name another.');
});

test('a wrong content type, a compressed body and no body are refused', async (t) => {
  const api = await startApi(t);
  const xml = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'text/xml' },
    body: '<x/>',
  });
  assertProblem(xml, 415, 'rest/unsupported-media-type', 'Content-Type');
  const gzip = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: '{}',
  });
  assertProblem(gzip, 415, 'rest/unsupported-media-type', 'Content-Encoding');
  assertProblem(await api.call('POST', '/v1/messages'), 415, 'rest/unsupported-media-type');
  const noBoundary = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'multipart/form-data' },
    body: 'x',
  });
  assertProblem(noBoundary, 400, 'rest/malformed-form');
});

test('too large: JSON, message field, whole form, number of parts; announced or not', async (t) => {
  const api = await startApi(t, {
    limits: { jsonBytes: 1_000, messageFieldBytes: 500, submissionBytes: 100_000, parts: 3 },
  });
  const long = { action: 'a'.repeat(2_000_000) };
  assertProblem(await api.postJson('/v1/messages', long), 413, 'rest/too-large', 'body');
  const field = await postForm(api, [['message', JSON.stringify({ action: 'a'.repeat(600) })]]);
  assertProblem(field, 413, 'rest/too-large', 'message');
  const whole = await postForm(api, [
    ['message', messageWith(1)],
    ['part-0', new Blob([Buffer.alloc(5_000_000)])],
  ]);
  assertProblem(whole, 413, 'rest/too-large', 'body');
  assertProblem(await postForm(api, [['message', messageWith(4)]]), 400, 'rest/invalid-field', 'parts');

  // Chunked, so that only reading can tell.
  const boundary = 'b';
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(
        Buffer.from(
          `--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n${messageWith(1)}\r\n--b\r\nContent-Disposition: form-data; name="part-0"\r\n\r\n`,
        ),
      );
      for (let i = 0; i < 20; i += 1) controller.enqueue(Buffer.alloc(10_000));
      controller.close();
    },
  });
  const chunked = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: stream,
    duplex: 'half',
  });
  assertProblem(chunked, 413, 'rest/too-large', 'body');
  assertNothingLeft(api);
  assert.equal(api.msh.writers.aborted, api.msh.writers.begun);
});

test('an upload refused early gets its answer every time, and the connection goes on serving', async (t) => {
  const api = await startApi(t, { limits: { jsonBytes: 1_000 } });
  const blob = new Blob([Buffer.alloc(4_000_000)]);
  for (let i = 0; i < 20; i += 1) {
    const refused = await postForm(api, [
      ['message', messageWith(1, { pmode: 'unknown' })],
      ['part-0', blob],
    ]);
    assertProblem(refused, 422, 'submit/unknown-pmode', 'pmode');
    const tooLarge = await api.postJson('/v1/messages', { action: 'a'.repeat(4_000_000) });
    assertProblem(tooLarge, 413, 'rest/too-large', 'body');
  }
  assertNothingLeft(api);
});

test('parts missing, undeclared, out of order, repeated, misnamed or before the message', async (t) => {
  const api = await startApi(t);
  const blob = new Blob(['x']);
  type Fields = [string, string | Blob][];
  const cases: [Fields, string, string?][] = [
    [
      [
        ['message', messageWith(2)],
        ['part-0', blob],
      ],
      'rest/part-missing',
      'part-1',
    ],
    [[['message', messageWith(1)]], 'rest/part-missing', 'part-0'],
    [
      [
        ['message', messageWith(1)],
        ['part-0', blob],
        ['part-1', blob],
      ],
      'rest/part-undeclared',
      'part-1',
    ],
    [
      [
        ['message', messageWith(0)],
        ['part-0', blob],
      ],
      'rest/part-undeclared',
      'part-0',
    ],
    [
      [
        ['message', messageWith(2)],
        ['part-1', blob],
        ['part-0', blob],
      ],
      'rest/part-out-of-order',
      'part-1',
    ],
    [
      [
        ['message', messageWith(2)],
        ['part-0', blob],
        ['part-0', blob],
      ],
      'rest/part-out-of-order',
      'part-0',
    ],
    [
      [
        ['message', messageWith(1)],
        ['part-00', blob],
      ],
      'rest/unknown-field',
      'part-00',
    ],
    [
      [
        ['message', messageWith(1)],
        ['payload', blob],
      ],
      'rest/unknown-field',
      'payload',
    ],
    [
      [
        ['part-0', blob],
        ['message', messageWith(1)],
      ],
      'rest/message-not-first',
      'message',
    ],
    [
      [
        ['message', messageWith(0)],
        ['message', messageWith(0)],
      ],
      'rest/malformed-form',
    ],
    [[['message', '{"parts": [}']], 'rest/malformed-json', 'message'],
    [[['message', '{"part": []}']], 'rest/unknown-field', 'part'],
  ];
  for (const [fields, code, field] of cases) {
    assertProblem(await postForm(api, fields), 400, code, field);
    assertNothingLeft(api);
  }
  assert.equal(api.msh.outbound.size, 0);
  const empty = await api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: '--b--\r\n',
  });
  assertProblem(empty, 400, 'rest/message-not-first', 'message');
});

test('a form cut anywhere is refused and nothing of it is kept', async (t) => {
  const api = await startApi(t);
  const whole = [
    `--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n${messageWith(2)}\r\n`,
    '--b\r\nContent-Disposition: form-data; name="part-0"; filename="a"\r\nContent-Type: text/plain\r\n\r\nhello\r\n',
    '--b\r\nContent-Disposition: form-data; name="part-1"; filename="b"\r\n\r\nworld\r\n',
    '--b--',
  ].join('');
  const send = (body: string): Promise<Answer> =>
    api.call('POST', '/v1/messages', {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    });
  assert.equal((await send(whole)).status, 202);
  api.msh.outbound.clear();
  api.msh.payloads.clear();
  for (let cut = 0; cut < whole.length; cut += 1) {
    const answer = await send(whole.slice(0, cut));
    assert.ok(answer.status === 400, `cut at ${cut}: ${answer.status} ${answer.text}`);
    assertNothingLeft(api);
  }
  assert.equal(api.msh.outbound.size, 0);
});

test('an upload whose connection drops is thrown away', async (t) => {
  const api = await startApi(t);
  const body = `--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n${messageWith(2)}\r\n--b\r\nContent-Disposition: form-data; name="part-0"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name="part-1"\r\n\r\nwor`;
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n${body}`,
  );
  await eventually(() => api.msh.writers.begun === 2, 'second part');
  socket.destroy();
  await eventually(() => api.msh.writers.aborted === 1, 'abort');
  await eventually(() => api.events.some((e) => e.code === 'rest/upload-aborted'), 'event');
  assertNothingLeft(api);
  assert.equal(api.msh.outbound.size, 0);
});

test('a payload store that fails stops the upload with an answer', async (t) => {
  const api = await startApi(t);
  let taken = 0;
  api.msh.onChunk = (chunk) => {
    taken += chunk.byteLength;
    if (taken > 1_000_000) throw new Error('disk full');
  };
  const answer = await postForm(api, [
    ['message', messageWith(1)],
    ['part-0', new Blob([Buffer.alloc(8_000_000)])],
  ]);
  assertProblem(answer, 500, 'rest/defect');
  assert.doesNotMatch(answer.text, /disk full/);
  assert.ok(api.events.some((e) => e.event === 'rest/refused' && /disk full/.test(String(e.error))));
  assertNothingLeft(api);
});

test('curl-style Expect: 100-continue is answered before the body when the request is refused', async (t) => {
  const api = await startApi(t, { token: 'secret-token' });
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  t.after(() => void socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(
    'POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n',
  );
  await eventually(() => /\r\n\r\n\{/.test(text), 'answer');
  assert.match(text, /^HTTP\/1\.1 401 /);
});

const RAW = (part: string): Buffer =>
  Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n${messageWith(1)}\r\n${part}\r\n--b--\r\n`,
  );

const postRaw = (api: Api, body: Buffer): Promise<Answer> =>
  api.call('POST', '/v1/messages', {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: new Uint8Array(body),
  });

test('a part that says it is base64 is refused, not kept as other bytes than were meant', async (t) => {
  const api = await startApi(t);
  const part = (encoding: string): Buffer =>
    RAW(
      `--b\r\nContent-Disposition: form-data; name="part-0"; filename="x"\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\naGk=`,
    );
  for (const encoding of ['base64', 'quoted-printable'])
    assertProblem(await postRaw(api, part(encoding)), 400, 'rest/malformed-form', 'body');
  for (const encoding of ['binary', '8bit', '7BIT'])
    assert.equal((await postRaw(api, part(encoding))).status, 202, encoding);
  assertNothingLeft(api);
});

test('a message field that is not UTF-8 is refused, as a JSON body is', async (t) => {
  const api = await startApi(t);
  const [before, after] = [
    '--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n{"action":"M',
    'ller","parts":[]}\r\n--b--\r\n',
  ];
  const latin = Buffer.from(`${before}ü${after}`, 'latin1');
  assertProblem(await postRaw(api, latin), 400, 'rest/malformed-form', 'body');
  assert.equal((await postRaw(api, Buffer.from(`${before}ü${after}`))).status, 202);
});
