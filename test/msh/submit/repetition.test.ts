import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createMsh } from '../../../src/msh/index.ts';
import type { Intake, Msh, PartStreams, Submission } from '../../../src/msh/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { chunked, submitParts } from '../../support/test-gateway.ts';
import type { TestPart } from '../../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import type { Pair } from '../../support/test-pair.ts';

/** What was accepted is accepted when it is repeated, whatever could be taken by now. */

const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE: TestPart = { contentId: 'note', mimeType: 'text/plain', content: 'a note' };
const TABLE: TestPart = { contentId: 'table', mimeType: 'text/csv', content: 'a,b' };

let pair: Pair;
const ending = inReverse({ after });
before(async () => {
  pair = await pairGateways(ending);
});

const refuses = (code: `submit/${string}`) => (): Promise<never> =>
  Promise.reject(new QuoinError(code, 'Nothing new is taken.'));
const takes = (): Promise<void> => Promise.resolve();

const closed = (intake: Partial<Intake>): Msh =>
  createMsh(pair.a.context, { mayTake: takes, mayTakeFor: takes, ...intake });

/** Gateways that take nothing new, and how they refuse it. */
const CLOSED: Readonly<Record<string, readonly [string, () => Msh]>> = {
  'its P-Mode is gone': [
    'submit/unknown-pmode',
    () => {
      const { keyRing } = pair.a.context.agreements();
      return createMsh({ ...pair.a.context, agreements: () => ({ pmodes: [], keyRing }) });
    },
  ],
  'the backlog of the partner is full': [
    'submit/backlog-full',
    () => closed({ mayTakeFor: refuses('submit/backlog-full') }),
  ],
  'nothing is taken for anybody': [
    'submit/low-space',
    () => closed({ mayTake: refuses('submit/low-space') }),
  ],
};

const IDS: Readonly<Record<string, (name: string) => Partial<Submission>>> = {
  'Idempotency-Key': (key) => ({ idempotency: { caller: 'api', key } }),
  MessageId: (name) => ({ messageId: `${name.replaceAll(' ', '-')}@example.test` }),
};

/** What store and payload folder hold. */
async function traces(): Promise<object> {
  return { rows: (await pair.a.outbox()).length, files: pair.a.payloadFiles() };
}

for (const [when, [code, open]] of Object.entries(CLOSED))
  for (const [what, idsOf] of Object.entries(IDS))
    test(`a known ${what} is answered as before when ${when}`, async () => {
      const submission = { ...ASK, ...idsOf(when) };
      const first = await submitParts(pair.a, submission, [NOTE, TABLE]);
      await pair.a.settled();
      const msh = open();
      const kept = await traces();
      const again = await submitParts({ msh }, submission, [NOTE, TABLE]);
      assert.deepEqual(again, { ...first, outcome: 'already-accepted', state: 'ACKNOWLEDGED' });
      await assert.rejects(submitParts({ msh }, submission, [NOTE, { ...TABLE, content: 'a,c' }]), {
        code: 'submit/duplicate-message-id',
      });
      await assert.rejects(submitParts({ msh }, { ...ASK, ...idsOf(`not ${when}`) }, [NOTE]), { code });
      assert.deepEqual(await traces(), kept, 'nothing of a repetition is kept');
    });

describe('the parts of a repetition', () => {
  const submission = { ...ASK, messageId: 'parts@example.test' };
  const declared = { ...submission, parts: [NOTE, TABLE].map(({ content: _content, ...part }) => part) };
  before(async () => {
    await submitParts(pair.a, submission, [NOTE, TABLE]);
    await pair.a.settled();
  });

  test('may come in any order', async () => {
    const reversed: PartStreams = (async function* () {
      yield { index: 1, content: chunked(Buffer.from('a,b')) };
      yield { index: 0, content: chunked(Buffer.from('a note'), 1) };
    })();
    assert.equal((await pair.a.msh.submit(declared, reversed)).outcome, 'already-accepted');
  });

  test('are read no further than what is known is long', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; read < 1000; read += 1) yield Buffer.from('a note');
    }
    const streams: PartStreams = (async function* () {
      yield { index: 0, content: endless() };
    })();
    await assert.rejects(pair.a.msh.submit(declared, streams), { code: 'submit/duplicate-message-id' });
    assert.equal(read, 1, 'the second piece is the last one that is asked for');
  });

  const streams = (...indexes: readonly number[]): PartStreams =>
    (async function* () {
      for (const index of indexes)
        yield { index, content: chunked(Buffer.from([NOTE, TABLE][index]?.content ?? 'x')) };
    })();
  const wrong: Readonly<Record<string, readonly [string, readonly number[], string]>> = {
    'one does not come': ['submit/missing-part', [0], 'parts[1]'],
    'one comes twice': ['submit/undeclared-part', [0, 0, 1], 'parts[0]'],
    'one comes that was not declared': ['submit/undeclared-part', [0, 1, 2], 'parts[2]'],
  };
  for (const [name, [code, indexes, field]] of Object.entries(wrong))
    test(name, async () => {
      await assert.rejects(pair.a.msh.submit(declared, streams(...indexes)), (error) => {
        assert.ok(error instanceof QuoinError);
        assert.deepEqual([error.code, error.finding?.field], [code, field]);
        return true;
      });
    });
});

test('two first submissions at once that both find nothing are decided by what is kept first', async () => {
  const submission = { ...ASK, messageId: 'race@example.test' };
  let looking = 0;
  let both: () => void = () => undefined;
  const bothHaveLooked = new Promise<void>((resolve) => (both = resolve));
  const msh = closed({
    mayTake: async () => {
      looking += 1;
      if (looking === 2) both();
      await bothHaveLooked;
    },
  });
  const answers = await Promise.allSettled([
    submitParts({ msh }, submission, [NOTE]),
    submitParts({ msh }, submission, [{ ...NOTE, content: 'another' }]),
  ]);
  const [kept] = answers.filter(({ status }) => status === 'fulfilled');
  const [lost] = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  assert.ok(kept);
  assert.equal((lost?.reason as QuoinError).code, 'submit/duplicate-message-id');
  assert.equal((await pair.a.outbox()).filter((one) => one.messageId === submission.messageId).length, 1);
});
