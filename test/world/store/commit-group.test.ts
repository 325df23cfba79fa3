import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import Database from 'libsql';
import { createCommitGroup } from '../../../src/world/store/sqlite/commit-group.ts';
import type { CommitGroup } from '../../../src/world/store/sqlite/commit-group.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A database with one table, a group on it, and every commit that was made. */
function openGroup(t: TestContext, commit?: () => Promise<void>) {
  const binding = new Database(join(scratchFolder(), 'group.db'));
  t.after(() => binding.close());
  binding.exec('create table notes (text text unique)');
  let commits = 0;
  const group = createCommitGroup(binding, async () => {
    commits += 1;
    await commit?.();
    binding.exec('commit');
  });
  return {
    group,
    note: (text: string) => binding.prepare('insert into notes values (?)').run([text]),
    kept: () =>
      (binding.prepare('select text from notes order by text').all([]) as { text: string }[]).map(
        (row) => row.text,
      ),
    commits: () => commits,
    binding,
  };
}

/** Ends the turn of a member that others follow. */
async function leave(group: CommitGroup, another: boolean): Promise<void> {
  const { turn, durable } = group.leave(() => another);
  durable.catch(() => undefined);
  await turn;
}

test('members who follow each other share one commit, and none is told before it', async (t) => {
  const { group, note, kept, commits } = openGroup(t);
  const told: string[] = [];
  for (const [text, another] of [
    ['a', true],
    ['b', true],
    ['c', false],
  ] as const) {
    group.whole(() => note(text));
    const { turn, durable } = group.leave(() => another);
    void durable.then(() => told.push(text));
    if (another) {
      await turn;
      assert.deepEqual(told, []);
      assert.equal(commits(), 0);
    } else {
      await durable;
    }
  }
  assert.deepEqual(told, ['a', 'b', 'c']);
  assert.equal(commits(), 1);
  assert.deepEqual(kept(), ['a', 'b', 'c']);
});

test('a member that is undone takes nothing else along', async (t) => {
  const { group, note, kept } = openGroup(t);
  group.whole(() => note('first'));
  await leave(group, true);
  assert.throws(() =>
    group.whole(() => {
      note('second');
      note('first');
    }),
  );
  await leave(group, true);
  group.whole(() => note('third'));
  await group.leave(() => false).durable;
  assert.deepEqual(kept(), ['first', 'third']);
});

test('the first member undone alone leaves no transaction behind', async (t) => {
  const { group, note, kept, binding, commits } = openGroup(t);
  assert.throws(() =>
    group.whole(() => {
      note('gone');
      throw new Error('changed its mind');
    }),
  );
  assert.equal(binding.inTransaction, false);
  await group.leave(() => false).durable;
  assert.equal(commits(), 0);
  group.whole(() => note('kept'));
  await group.leave(() => false).durable;
  assert.deepEqual(kept(), ['kept']);
});

test('who only reads while changes are pending waits for them too', async (t) => {
  const { group, note } = openGroup(t);
  group.whole(() => note('seen'));
  await leave(group, true);
  const reader = group.leave(() => true);
  let done = false;
  void reader.durable.then(() => (done = true));
  await reader.turn;
  assert.equal(done, false);
  await group.leave(() => false).durable;
  await reader.durable;
  assert.equal(done, true);
});

test('who comes while a commit waits for members shares it', async (t) => {
  const { group, note, kept, commits } = openGroup(t);
  group.whole(() => note('first'));
  let waiting = false;
  const first = group.leave(() => waiting);
  setImmediate(() => (waiting = true));
  await first.turn;
  assert.equal(commits(), 0);
  group.whole(() => note('second'));
  const second = group.leave(() => false);
  await Promise.all([first.durable, second.durable]);
  assert.equal(commits(), 1);
  assert.deepEqual(kept(), ['first', 'second']);
});

test('a commit waits for members a few turns only, however many come one after the other', async (t) => {
  const { group, note, commits } = openGroup(t);
  let isDurable = false;
  for (let member = 0; member < 60 && !isDurable; member += 1) {
    group.whole(() => note(String(member)));
    let waiting = false;
    const { turn, durable } = group.leave(() => waiting);
    setImmediate(() => (waiting = true));
    void durable.then(() => (isDurable = true));
    await turn;
    await Promise.resolve();
  }
  assert.equal(isDurable, true);
  assert.equal(commits(), 1);
});

test('with nothing pending nobody waits', async (t) => {
  const { group, commits } = openGroup(t);
  await group.leave(() => false).durable;
  assert.equal(commits(), 0);
});

test('a commit that fails is told to every member, and nothing of them is kept', async (t) => {
  const { group, note, kept, binding } = openGroup(t, () => Promise.reject(new Error('the disk is full')));
  group.whole(() => note('a'));
  const first = group.leave(() => true);
  group.whole(() => note('b'));
  const second = group.leave(() => false);
  await Promise.all([first, second].map(({ durable }) => assert.rejects(durable, /the disk is full/)));
  assert.equal(binding.inTransaction, false);
  assert.deepEqual(kept(), []);
});

test('when the database undoes everything by itself, every member is told', async (t) => {
  const { group, note, kept, binding } = openGroup(t);
  group.whole(() => note('a'));
  const first = group.leave(() => true);
  group.begin();
  note('b');
  // What a full disk does.
  binding.exec('rollback');
  const full = new Error('database or disk is full');
  group.failed(full);
  group.undo();
  const second = group.leave(() => true);
  await Promise.all([first, second].map(({ durable }) => assert.rejects(durable, /disk is full/)));
  group.whole(() => note('c'));
  await group.leave(() => false).durable;
  assert.deepEqual(kept(), ['c']);
});

test('a long line does not keep the first waiting without end', async (t) => {
  const { group, note, commits } = openGroup(t);
  for (let member = 0; member < 200; member += 1) {
    group.whole(() => note(String(member)));
    await group.leave(() => true).turn;
  }
  assert.ok(commits() >= 3, `${commits()} commits`);
});

test('where a commit fails and undoing it as well, the turn ends and its member is told why', async () => {
  const broken = {
    inTransaction: true,
    exec: (sql: string) => {
      if (sql === 'rollback') throw new Error('nothing can be undone');
    },
  } as unknown as Database.Database;
  const group = createCommitGroup(broken, () => Promise.reject(new Error('the disk is gone')));
  group.whole(() => undefined);
  const { turn, durable } = group.leave(() => false);
  await Promise.all([turn, assert.rejects(durable, /the disk is gone/)]);
});
