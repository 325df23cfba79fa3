import assert from 'node:assert/strict';
import { chmodSync, chownSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { makeKeys, writeAccessPoint } from './access-point.ts';
import type { AccessPointFiles } from './access-point.ts';
import { unprivileged } from './find-servers.ts';
import { scratchFolder } from './scratch.ts';
import { runProcess } from './served.ts';
import type { EndedProcess, ProcessOptions } from './served.ts';

/** An access point that would start, to be spoilt. */
export interface Place extends AccessPointFiles {
  /** Replaces a text that must be there in the configuration, and tells the line it stands in. */
  readonly edit: (from: string, to: string) => number;
}

/** One way in which a start cannot succeed. */
export interface BadStart {
  readonly what: string;
  readonly spoil: (place: Place, t: TestContext) => Spoilt | Promise<Spoilt>;
  readonly skip?: false | string;
}

/** How `serve` is run then, and what the operator must read: all of `says`, wherever it stands. */
export interface Spoilt extends Partial<Pick<ProcessOptions, 'env' | 'user' | 'installed'>> {
  readonly says: readonly (string | RegExp)[];
  readonly args?: readonly string[];
  /** Looked at once the process has ended. */
  readonly atLast?: () => Promise<void>;
}

/**
 * A test for each: the process ends by itself, with exit code 1 and one message, without a secret or the trace of a defect
 * in it; every listener that was opened is closed, and no file or folder was made or changed.
 */
export function describeBadStarts(about: string, rows: readonly BadStart[]): void {
  describe(about, () => {
    let certs: string;
    before(async () => {
      certs = join(scratchFolder(), 'certs');
      await makeKeys(certs);
      // Those who are not root read them too.
      for (const path of [join(certs, '..'), certs, ...readdirSync(certs).map((name) => join(certs, name))])
        chmodSync(path, 0o755);
    });
    for (const { what, spoil, skip = false } of rows)
      test(what, { skip }, async (t) => {
        const place = freshPlace(certs);
        const { says, atLast, args = ['--config', place.config], ...how } = await spoil(place, t);
        const before = contentOf(place.folder);
        const ended = await runProcess(['serve', ...args], { cwd: place.folder, ...how });
        checkTold(ended, says);
        checkNothingLeft(ended);
        assert.deepEqual(contentOf(place.folder), before, 'nothing was made');
        await atLast?.();
      });
  });
}

function checkTold({ code, err }: EndedProcess, says: Spoilt['says']): void {
  assert.equal(code, 1, `exit code; it said: ${err}`);
  for (const words of says)
    assert.ok(
      typeof words === 'string' ? err.includes(words) : words.test(err),
      `${String(words)} in: ${err}`,
    );
  assert.ok(!/^ {4}at |quoin\/defect|Node\.js v/m.test(err), `no trace of a defect in: ${err}`);
  assert.ok(!err.includes('very-secret'), `no secret in: ${err}`);
  assert.equal(err.match(/^\S/gm)?.length, 1, `one message: ${err}`);
}

function checkNothingLeft({ out }: EndedProcess): void {
  const events = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly address?: string });
  const of = (event: string): readonly unknown[] =>
    events.filter((one) => one.event === event).map(({ address }) => address);
  assert.deepEqual(of('gateway/listening'), []);
  assert.deepEqual(of('http/closed'), of('http/listening'), 'what has opened is closed');
}

function freshPlace(certs: string): Place {
  const files = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const edit = (from: string, to: string): number => {
    const text = readFileSync(files.config, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(files.config, text.replace(from, to));
    return text.slice(0, text.indexOf(from)).split('\n').length;
  };
  edit('log: { level: silent }', 'log: { level: debug }');
  return { ...files, edit };
}

/** Every file below a folder with its size, and every folder. Nothing is read: this process would lose its lock on a database. */
function contentOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? `${path} ${statSync(path).size}` : path;
    })
    .sort();
}

/** Somebody who is not root, to whom everything in a folder then belongs: root may read and write what it likes. */
export function givenTo(folder: string): { readonly uid: number; readonly gid: number } | undefined {
  const user = unprivileged();
  if (user === undefined) return undefined;
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  for (const path of [folder, ...inside]) chownSync(path, user.uid, user.gid);
  return user;
}
