import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readPModeFolder } from '../../src/config/index.ts';
import { loadPModes } from '../../src/protocol/pmode/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'quoin-pmodes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the P-Mode files of a folder are read in the order of their names; folders below are not', () => {
  mkdirSync(join(folder, 'examples'));
  mkdirSync(join(folder, 'folder.yaml'));
  const names = ['b.yaml', 'a.yml', 'README.md', '.hidden.yaml', 'c.YAML', 'examples/d.yaml'];
  for (const name of names) writeFileSync(join(folder, name), `id: ${name.length}`);
  const { files, problems } = readPModeFolder(folder);
  assert.deepEqual(problems, []);
  assert.deepEqual(files, [
    { file: join(folder, 'a.yml'), text: 'id: 5' },
    { file: join(folder, 'b.yaml'), text: 'id: 6' },
    { file: join(folder, 'c.YAML'), text: 'id: 6' },
  ]);
});

test('a folder that is not there and a file that cannot be read are problems', () => {
  assert.deepEqual(
    readPModeFolder(join(folder, 'gone')).problems.map(({ check, file }) => [check, file]),
    [['file-readable', join(folder, 'gone')]],
  );
  const broken = mkdtempSync(join(folder, 'broken-'));
  symlinkSync(join(broken, 'nowhere'), join(broken, 'link.yaml'));
  assert.match(readPModeFolder(broken).problems[0]?.message ?? '', /ENOENT/);
});

test('an enormous file is refused without being taken in', () => {
  const large = mkdtempSync(join(folder, 'large-'));
  writeFileSync(join(large, 'a.yaml'), Buffer.alloc(3_000_000, '#'));
  const { files } = readPModeFolder(large);
  assert.ok((files[0]?.text.length ?? 0) <= 1_048_576);
  assert.deepEqual(
    loadPModes(files, { self: 'AP_A' }).problems.map(({ check }) => check),
    ['file-too-large'],
  );
});
