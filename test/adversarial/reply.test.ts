import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { OutboundStatus } from '../../src/msh/index.ts';
import { NS, openDocuments } from '../../src/protocol/xml/index.ts';
import { createTransport } from '../../src/world/http/index.ts';
import { forge } from '../support/attacker.ts';
import { collaborationXml, ordinaryPart, partyInfoXml } from '../support/attacker-target.ts';
import {
  answer,
  errorXml,
  forgeSignal,
  messageIdOf,
  openSender,
  receiptFor,
} from '../support/attacker-partner.ts';
import type { Answering, Sender, SignalForgery } from '../support/attacker-partner.ts';
import { oneWayYaml } from '../support/test-pair.ts';
import { networkDown } from '../support/test-wire.ts';

/** R03: what may come back instead of a receipt. */

let sender: Sender;
before(async () => {
  sender = await openSender();
});
after(() => sender.gateway.stop());

const honest: Answering = (request) => receiptFor(request, sender.b);
const text =
  (status: number, contentType: string | undefined, body = ''): Answering =>
  () => ({ status, contentType, body: Buffer.from(body) });

/** An error signal of the partner about the message that was sent. */
const errors =
  (
    code: string,
    changes: Partial<SignalForgery> & { readonly severity?: string; readonly fault?: boolean } = {},
  ): Answering =>
  (request) => {
    const id = messageIdOf(request);
    const fault = `<S12:Fault><S12:Code><S12:Value>S12:Receiver</S12:Value></S12:Code><S12:Reason><S12:Text xml:lang="en">x</S12:Text></S12:Reason></S12:Fault>`;
    const body = { changes: { body: (xml: string) => xml.replace('</S12:Body>', `${fault}</S12:Body>`) } };
    return answer(
      forgeSignal({
        signer: sender.b,
        refToMessageId: id,
        content: errorXml(code, id, changes.severity),
        ...(changes.fault === true ? body : {}),
        ...changes,
      }),
    );
  };

async function afterOne(answering: Answering): Promise<OutboundStatus> {
  const documents = openDocuments();
  const { messageId } = await sender.send(answering);
  assert.equal(openDocuments(), documents);
  return await sender.status(messageId);
}

describe('R03 answers that prove nothing are followed by a retry', () => {
  const html =
    '<!DOCTYPE html><html><head><title>502</title></head><body><img src="http://attacker.test/x.png"></body></html>';
  const fault = (code: string): string =>
    `<S12:Envelope xmlns:S12="${NS.S12}"><S12:Body><S12:Fault><S12:Code><S12:Value>S12:${code}</S12:Value></S12:Code>` +
    '<S12:Reason><S12:Text xml:lang="en">no</S12:Text></S12:Reason></S12:Fault></S12:Body></S12:Envelope>';
  const soap = 'application/soap+xml; charset=utf-8';
  const cases: Readonly<Record<string, readonly [Answering, string]>> = {
    'an empty 202': [text(202, undefined), 'send/empty'],
    'an empty 200': [text(200, soap), 'send/empty'],
    'an empty 204': [text(204, undefined), 'send/empty'],
    'an empty 500': [text(500, undefined), 'send/server-error'],
    '503 with a sentence': [text(503, 'text/plain', 'later'), 'send/server-error'],
    'an HTML page with 200': [text(200, 'text/html', html), 'send/unreadable'],
    'an HTML page with 502': [text(502, 'text/html; charset=utf-8', html), 'send/server-error'],
    'an HTML page that claims to be SOAP': [text(200, soap, html), 'send/unreadable'],
    '401': [text(401, 'text/html', html), 'send/client-error'],
    '404': [text(404, 'text/plain', 'not here'), 'send/client-error'],
    '413': [text(413, undefined), 'send/client-error'],
    'a redirect': [text(302, undefined), 'send/redirect'],
    JSON: [text(200, 'application/json', '{"ok":true}'), 'send/unreadable'],
    'no Content-Type': [text(200, undefined, 'ok'), 'send/unreadable'],
    'a Content-Type that is none': [text(200, ';;;', 'ok'), 'send/unreadable'],
    bytes: [
      () => ({ status: 200, contentType: soap, body: Buffer.from([0, 255, 254, 0]) }),
      'send/unreadable',
    ],
    'multipart without parts': [text(200, 'multipart/related; boundary=b', '--b--'), 'send/unreadable'],
    'multipart that ends too soon': [
      text(200, 'multipart/related; boundary=b', '--b\r\nContent-Type: application/soap+xml\r\n\r\n<'),
      'send/unreadable',
    ],
    'a DOCTYPE with an external entity': [
      text(
        200,
        soap,
        `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>${fault('Sender').replace('>no<', '>&e;<')}`,
      ),
      'send/unreadable',
    ],
    'an empty envelope': [
      text(200, soap, `<S12:Envelope xmlns:S12="${NS.S12}"><S12:Header/><S12:Body/></S12:Envelope>`),
      'send/other-message',
    ],
    'a SOAP fault Receiver': [text(500, soap, fault('Receiver')), 'send/fault'],
    'a SOAP fault Sender, not signed': [text(400, soap, fault('Sender')), 'send/fault'],
    'a SOAP fault MustUnderstand, not signed': [text(500, soap, fault('MustUnderstand')), 'send/fault'],
    'SOAP 1.1': [text(200, 'text/xml', fault('Sender').replaceAll(NS.S12, NS.S11)), 'send/unreadable'],
    'an unsigned error that would end it': [errors('EBMS:0010', { signed: false }), 'send/error-unverified'],
    'an error signed by another partner': [
      (request, n) => errors('EBMS:0101', { signer: sender.c })(request, n),
      'send/error-unverified',
    ],
    'an error signed with our own key': [
      (request, n) => errors('EBMS:0101', { signer: sender.a })(request, n),
      'send/error-unverified',
    ],
    'an error changed after signing': [
      errors('EBMS:0004', { changes: { envelope: (xml) => xml.replace('EBMS:0004', 'EBMS:0010') } }),
      'send/error-unverified',
    ],
    'a signed transient error': [errors('EBMS:0202'), 'send/error-transient'],
    'a signed EBMS:0007, as for a body that was cut off': [errors('EBMS:0007'), 'send/error-transient'],
    'a signed transient error with a SOAP fault': [
      errors('EBMS:0202', { fault: true }),
      'send/error-transient',
    ],
    'a signed warning': [errors('EBMS:0003', { severity: 'warning' }), 'send/error-transient'],
    'a signed error of an unknown code': [errors('EBMS:9999'), 'send/error-transient'],
    'a signed error about another message': [
      errors('EBMS:0010', { refToMessageId: 'other@x', content: errorXml('EBMS:0010', 'other@x') }),
      'send/error-about-another-message',
    ],
    'a signed error about no message': [
      errors('EBMS:0010', { refToMessageId: undefined, content: errorXml('EBMS:0010') }),
      'send/error-unverified',
    ],
    'two signed errors, one about another message': [
      (request, n) =>
        errors('EBMS:0010', {
          content: errorXml('EBMS:0010', messageIdOf(request)) + errorXml('EBMS:0010', 'other@x'),
        })(request, n),
      'send/error-about-another-message',
    ],
    'a signed duplicate about no message': [
      errors('EBMS:4001', { refToMessageId: undefined, content: errorXml('EBMS:4001') }),
      'send/duplicate-unverified',
    ],
    'an unsigned duplicate': [errors('EBMS:4001', { signed: false }), 'send/duplicate-unverified'],
    'a UserMessage': [
      () =>
        answer(
          forge({
            signer: sender.b,
            recipient: sender.a.certificate,
            partyInfo: partyInfoXml('AP_B', 'AP_A'),
            collaboration: collaborationXml('Ask'),
            parts: [ordinaryPart()],
          }),
        ),
      'send/other-message',
    ],
    'two megabytes': [text(200, soap, 'x'.repeat(2 * 1024 * 1024)), 'mime/too-large'],
    'nobody there': [
      ({ address }) => {
        throw networkDown(address);
      },
      'http/connection-refused',
    ],
  };
  for (const [name, [answering, code]] of Object.entries(cases)) {
    test(`R03 ${name}`, async () => {
      const { message, attempts, upcoming } = await afterOne(answering);
      assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
      assert.equal(message.receipt, undefined);
      assert.equal(attempts.length, 1);
      assert.equal(attempts[0]!.outcome, 'retry');
      assert.equal(attempts[0]!.failure?.code, code);
      assert.equal(upcoming.length, 4);
      assert.equal((await sender.retry(message.messageId, honest)).message.state, 'ACKNOWLEDGED');
    });
  }
});

describe('R03 what only the partner can say ends the sending', () => {
  const final = ['0001', '0003', '0008', '0009', '0010', '0011', '0101', '0103', '0303'];
  for (const number of final) {
    test(`R03 a signed EBMS:${number} about this message`, async () => {
      const { message, attempts } = await afterOne(errors(`EBMS:${number}`));
      assert.equal(message.state, 'SEND_FAILURE');
      assert.equal(attempts[0]!.outcome, 'refused');
      assert.equal(message.failure?.partnerErrors?.verified, true);
      assert.equal(message.failure.partnerErrors.errors[0]!.errorCode, `EBMS:${number}`);
      const [journal] = await sender.gateway.journal();
      assert.equal(journal!.direction, 'out');
      assert.equal(journal!.messageId, message.messageId);
    });
  }

  test('R03 a signed error that names the message in MessageInfo only', async () => {
    const { message } = await afterOne(errors('EBMS:0010', { content: errorXml('EBMS:0010') }));
    assert.equal(message.state, 'SEND_FAILURE');
  });

  test('R03 a signed duplicate at the first attempt: the MessageId was taken', async () => {
    const { message } = await afterOne(errors('EBMS:4001'));
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(message.failure?.code, 'send/message-id-taken');
  });

  test('R03 a signed duplicate at a later attempt: an earlier one had arrived', async () => {
    const { message } = await afterOne(text(202, undefined));
    const { message: later } = await sender.retry(message.messageId, errors('EBMS:4001'));
    assert.equal(later.state, 'ACKNOWLEDGED');
  });

  test('R03 the same duplicate, kept from another message and played again', async () => {
    const { message: first } = await afterOne(text(202, undefined));
    await sender.retry(first.messageId, errors('EBMS:4001'));
    const old = sender.wire.exchanges.at(-1)!.reply!;
    const { message } = await afterOne(text(202, undefined));
    const { message: later } = await sender.retry(message.messageId, () => old);
    assert.equal(later.state, 'WAITING_FOR_RETRY');
    assert.equal(later.receipt, undefined);
  });
});

describe('R03 at the end of the window: EBMS:0301', () => {
  const ends: Readonly<Record<string, Answering>> = {
    'nothing ever comes back': text(202, undefined),
    'only pages of a proxy': text(502, 'text/html', '<html/>'),
    'only receipts for something else': (request) =>
      receiptFor(request, sender.b, { refToMessageId: 'other@x' }),
    'nobody is ever there': ({ address }) => {
      throw networkDown(address);
    },
  };
  for (const [name, answering] of Object.entries(ends)) {
    test(`R03 ${name}`, async () => {
      const { messageId } = await sender.send(answering);
      for (let retry = 1; retry <= 4; retry += 1) await sender.retry(messageId, answering);
      const { message, attempts, upcoming } = await sender.status(messageId);
      assert.equal(message.state, 'SEND_FAILURE');
      assert.equal(message.failure?.ebms, 'EBMS:0301');
      assert.equal(message.failure.code, 'send/missing-receipt');
      assert.equal(attempts.length, 5);
      assert.deepEqual(upcoming, []);
      const [journal] = await sender.gateway.journal();
      assert.equal(journal!.messageId, messageId);
      assert.equal(journal!.failure.ebms, 'EBMS:0301');
    });
  }
});

describe('R03 over real HTTP', () => {
  /** A partner that answers with what `act` does, and a sender that has little patience. */
  async function overHttp(act: (response: ServerResponse) => void): Promise<OutboundStatus> {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => act(response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/as4`;
    const transport = createTransport({ stallTimeoutMs: 300, replyTimeoutMs: 600 });
    const impatient = await openSender({
      transport,
      pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B', { AP_A: 'https://a.test/as4', AP_B: address }) },
    });
    try {
      impatient.trap.disarm();
      impatient.trap.arm = () => undefined;
      const { messageId } = await impatient.send(honest);
      return await impatient.status(messageId);
    } finally {
      await impatient.gateway.stop();
      await transport.close();
      server.closeAllConnections();
      server.close();
    }
  }

  const drips: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'headers, then a byte now and then': (response) => {
      response.writeHead(200, { 'content-type': 'application/soap+xml', 'content-length': '100000' });
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    },
    'headers, then nothing': (response) => {
      response.writeHead(200, { 'content-type': 'application/soap+xml', 'content-length': '100000' });
      response.flushHeaders();
    },
    'a connection that is cut': (response) => void response.socket?.destroy(),
    'an endless answer': (response) => {
      response.writeHead(200, { 'content-type': 'application/soap+xml' });
      const mebibyte = Buffer.alloc(1024 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(mebibyte));
        response.once('drain', more);
      };
      more();
    },
  };
  for (const [name, act] of Object.entries(drips)) {
    test(`R03 ${name}`, async () => {
      const { message, attempts } = await overHttp(act);
      assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
      assert.equal(attempts.length, 1);
      assert.match(attempts[0]!.failure!.code, /^http\//);
    });
  }
});
