import assert from 'node:assert/strict';
import test from 'node:test';
import {
  readEnvelope,
  readFault,
  writeEnvelope,
  writeFault,
  writeFaultEnvelope,
} from '../../../src/protocol/soap/index.ts';
import type { FaultCode, ReceivedFault } from '../../../src/protocol/soap/index.ts';
import { children, NS, withXml } from '../../../src/protocol/xml/index.ts';

const faultIn = (xml: string): ReceivedFault | undefined =>
  withXml(Buffer.from(xml), {}, (doc) => readFault(readEnvelope(doc).body));
const foreign = (fault: string): string =>
  `<e:Envelope xmlns:e="${NS.S12}"><e:Body><e:Fault>${fault}</e:Fault></e:Body></e:Envelope>`;

test('every fault that is written is read back', () => {
  for (const code of ['Sender', 'Receiver', 'MustUnderstand', 'VersionMismatch'] as FaultCode[]) {
    const { xml } = writeFaultEnvelope({ code, reason: 'Not <so> & not so.' });
    assert.deepEqual(faultIn(xml), {
      code,
      reason: 'Not <so> & not so.',
      subcode: undefined,
      detail: undefined,
    });
  }
});

test('the fault element alone goes into any envelope', () => {
  const { xml } = writeEnvelope({
    blocks: [],
    bodyId: '_b',
    bodyContent: writeFault({ code: 'Sender', reason: 'x' }),
  });
  assert.equal(faultIn(xml)?.code, 'Sender');
});

test('MustUnderstand says which block was not understood', () => {
  const blocks = (notUnderstood: string): [string, string][] => {
    const { xml } = writeFaultEnvelope({ code: 'MustUnderstand', reason: 'x', notUnderstood });
    return withXml(Buffer.from(xml), {}, (doc) =>
      readEnvelope(doc).blocks.map((block) => [block.name, block.attrs.map(({ value }) => value).join()]),
    );
  };
  assert.deepEqual(blocks('{urn:wsa?a=b;c}To'), [['NotUnderstood', 'q:To']]);
  assert.deepEqual(blocks('{}Plain'), [['NotUnderstood', 'Plain']]);
  assert.deepEqual(blocks('no name'), []);
  const { xml } = writeFaultEnvelope({ code: 'MustUnderstand', reason: 'x', notUnderstood: '{urn:a"b&c}To' });
  assert.match(xml, /xmlns:q="urn:a&quot;b&amp;c"/);
});

test('VersionMismatch says which version is spoken', () => {
  const { xml } = writeFaultEnvelope({ code: 'VersionMismatch', reason: 'x' });
  withXml(Buffer.from(xml), {}, (doc) => {
    const [upgrade] = readEnvelope(doc).blocks;
    assert.equal(upgrade?.name, 'Upgrade');
    assert.equal(children(upgrade)[0]?.attrs[0]?.value, 'S12:Envelope');
  });
});

test('faults of others: made-up codes, several languages, missing pieces', () => {
  assert.deepEqual(
    faultIn(
      foreign(
        '<e:Code><e:Value>axis2ns44:EBMSInternalError</e:Value><e:Subcode><e:Value>w:FailedCheck</e:Value></e:Subcode></e:Code>' +
          '<e:Reason><e:Text xml:lang="de">Nein</e:Text><e:Text xml:lang="en-GB"> No,\n  really </e:Text></e:Reason>' +
          '<e:Detail><x>why</x> <y>not</y></e:Detail>',
      ),
    ),
    { code: 'EBMSInternalError', subcode: 'FailedCheck', reason: 'No, really', detail: 'why not' },
  );
  assert.equal(faultIn(foreign('<e:Reason><e:Text xml:lang="fr">Non</e:Text></e:Reason>'))?.reason, 'Non');
  assert.deepEqual(faultIn(foreign('')), { code: '', subcode: undefined, reason: '', detail: undefined });
});

test('long texts are shortened', () => {
  const fault = faultIn(foreign(`<e:Reason><e:Text>${'x'.repeat(10_000)}</e:Text></e:Reason>`));
  assert.equal(fault?.reason.length, 503);
});

test('a Body without a fault has none, whatever else stands there', () => {
  for (const body of ['', '<x/>', '<Fault/>', `<f:Fault xmlns:f="${NS.S11}"/>`]) {
    assert.equal(faultIn(`<e:Envelope xmlns:e="${NS.S12}"><e:Body>${body}</e:Body></e:Envelope>`), undefined);
  }
});
