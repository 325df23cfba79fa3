import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createNameService } from '../../../src/world/http/index.ts';

const PATIENT = 120_000;

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);

/** One NAPTR record for the name asked for (RFC 3403 4.1). */
function record(order: number, flags: string, regexp: string): Buffer {
  const data = Buffer.concat([
    Buffer.from([0, order, 0, 10]),
    text(flags),
    text('oots-cs:http'),
    text(regexp),
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from([0xc0, 0x0c, 0, 35, 0, 1, 0, 0, 0, 60, 0, data.byteLength]), data]);
}

/** A name server on a real socket, which answers with these records or this code, or not at all. */
async function nameServer(
  t: TestContext,
  answer: { readonly records?: readonly Buffer[]; readonly rcode?: number } | 'nothing',
): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    if (answer === 'nothing') return;
    const { records = [], rcode = 0 } = answer;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | rcode, 2);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    const end = query.indexOf(0, 12) + 5;
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

test('NAPTR records come as the name service has them', async (t) => {
  const server = await nameServer(t, { records: [record(2, 'U', '!.*!https://cs.example!')] });
  const names = createNameService({ timeoutMs: PATIENT, servers: [server] });
  assert.deepEqual(
    (await names.naptr('fi.eb.v2.cs.acc.oots.tech.ec.europa.eu')).map((one) => ({ ...one })),
    [
      {
        flags: 'U',
        service: 'oots-cs:http',
        regexp: '!.*!https://cs.example!',
        replacement: '',
        order: 2,
        preference: 10,
      },
    ],
  );
});

test('a name without records has none; a name service that fails or is silent is an error', async (t) => {
  const ask = async (answer: Parameters<typeof nameServer>[1], timeoutMs = PATIENT) =>
    await createNameService({ timeoutMs, servers: [await nameServer(t, answer)] }).naptr('fi.eb.example');
  assert.deepEqual(await ask({}), []);
  assert.deepEqual(await ask({ rcode: 3 }), []);
  await assert.rejects(ask({ rcode: 2 }), { code: 'http/dns-failed' });
  await assert.rejects(ask('nothing', 200), { code: 'http/timeout' });
});
