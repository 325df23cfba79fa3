import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Request } from '../../../src/faces/rest/request.ts';
import { REST_LIMITS } from '../../../src/faces/rest/context.ts';
import { UploadForm } from '../../../src/faces/rest/upload-form.ts';

const HEAD = '--b\r\nContent-Disposition: form-data; name="part-0"; filename="x"\r\n\r\n';

/** A request whose form holds one file that comes in many small pieces. */
function upload(pieces: number, bytes: number): Request {
  const request = {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    complete: true,
    iterator: async function* () {
      yield Buffer.from(HEAD);
      for (let i = 0; i < pieces; i += 1) yield await Promise.resolve(Buffer.alloc(bytes, 'a'));
      yield Buffer.from('\r\n--b--\r\n');
    },
  };
  return request as unknown as Request;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('an upload remembers nothing of the pieces it has passed on', async () => {
  const pieces = 60_000;
  const form = new UploadForm(upload(pieces, 1_000), REST_LIMITS);
  const item = await form.next();
  assert.ok(item.kind === 'file');
  let bytes = 0;
  let early: number | undefined;
  let late = 0;
  for await (const chunk of item.content) {
    bytes += chunk.byteLength;
    if (early === undefined ? bytes < 10_000_000 : late > 0 || bytes < 55_000_000) continue;
    collectGarbage();
    if (early === undefined) early = process.memoryUsage().heapUsed;
    else late = process.memoryUsage().heapUsed;
  }
  assert.equal(bytes, pieces * 1_000);
  const growth = (late - early!) / 45_000;
  assert.ok(growth < 50, `${growth.toFixed(0)} bytes of heap a piece`);
  assert.equal((await form.next()).kind, 'end');
});
