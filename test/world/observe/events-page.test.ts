import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findFiles } from '../../support/find-files.ts';

const ROOT = new URL('../../../', import.meta.url);
const ROOMS = { http: 'src/world/http/', observe: 'src/world/observe/', rest: 'src/faces/rest/' };

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Event names as they stand in the source of a room: `event: '…'`, or the second argument of an `emit`. */
function emitted(folder: string): Set<string> {
  const names = findFiles(new URL(folder, ROOT), /\.ts$/).flatMap((file) => {
    const source = read(`${folder}${file}`);
    const found = [
      ...source.matchAll(/\bevent: '([^']+)'/g),
      ...source.matchAll(/#emit\(\s*(?:[^,()]|\([^)]*\))+,\s*'([^']+)'/g),
    ];
    return found.map((match) => match[1]!);
  });
  return new Set(names);
}

test('docs/events.md lists the events of these rooms, all and only', () => {
  const documented = [...read('docs/events.md').matchAll(/^\| `([a-z]+\/[a-z-]+)` *\|/gm)].map((m) => m[1]!);
  assert.equal(new Set(documented).size, documented.length, 'an event is listed twice');
  for (const [room, folder] of Object.entries(ROOMS)) {
    const ours = documented.filter((name) => name.startsWith(`${room}/`));
    assert.ok(ours.length > 0, room);
    assert.deepEqual(ours.sort(), [...emitted(folder)].sort(), room);
  }
});
