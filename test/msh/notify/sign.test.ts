import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { signatureHeaders } from '../../../src/msh/notify/sign.ts';
import { missing } from '../../support/tools.ts';

test('the example of Standard Webhooks is signed as it says', () => {
  const headers = signatureHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: 1_614_265_330_999,
    body: Buffer.from('{"test": 2432232314}'),
  });
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('during a change of secrets each signs', () => {
  const signing = { id: 'i', at: 0, body: Buffer.from('b') };
  const one = signatureHeaders(['new'], signing)['webhook-signature']!;
  const other = signatureHeaders(['old'], signing)['webhook-signature']!;
  assert.notEqual(one, other);
  assert.equal(signatureHeaders(['new', 'old'], signing)['webhook-signature'], `${one} ${other}`);
});

test('OpenSSL computes the same over bytes that are no text', { skip: missing('openssl', 'version') }, () => {
  const secret = 'geheim-ä-0123456789012345678901234';
  const body = Buffer.from([0, 255, 10, 13, 128]);
  const headers = signatureHeaders([secret], { id: 'an-id', at: 5_000, body });
  const input = Buffer.concat([Buffer.from('an-id.5.'), body]);
  const key = Buffer.from(secret).toString('hex');
  const mac = execFileSync(
    'openssl',
    ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key}`, '-binary'],
    {
      input,
    },
  );
  assert.equal(headers['webhook-signature'], `v1,${mac.toString('base64')}`);
});
