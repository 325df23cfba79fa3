import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './support/scratch.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A deliberately wrong import: which file, what it imports, and the rule that must catch it. */
interface Wrong {
  readonly file: string;
  readonly imports: string;
  readonly rule: string;
  readonly typeOnly?: boolean;
}

const WRONG: readonly Wrong[] = [
  { file: 'src/protocol/xml/upwards.ts', imports: '../wss/index.ts', rule: 'protocol-xml' },
  {
    file: 'src/protocol/xml/upwards-type.ts',
    imports: '../wss/index.ts',
    rule: 'protocol-xml',
    typeOnly: true,
  },
  { file: 'src/protocol/mime/sideways.ts', imports: '../xml/index.ts', rule: 'protocol-mime' },
  { file: 'src/protocol/errors/upwards.ts', imports: '../mime/index.ts', rule: 'protocol-errors' },
  { file: 'src/protocol/ebms/upwards.ts', imports: '../as4/index.ts', rule: 'protocol-ebms' },
  { file: 'src/protocol/soap/behind.ts', imports: '../xml/inner.ts', rule: 'room-through-its-index' },
  { file: 'src/protocol/soap/out.ts', imports: '../../msh/index.ts', rule: 'protocol-soap' },
  { file: 'src/protocol/mime/impure.ts', imports: 'node:fs', rule: 'protocol-is-pure' },
  { file: 'src/protocol/mime/impure-socket.ts', imports: 'node:https', rule: 'protocol-is-pure' },
  { file: 'src/msh/out.ts', imports: '../world/store/index.ts', rule: 'msh' },
  { file: 'src/msh/behind.ts', imports: '../protocol/xml/inner.ts', rule: 'msh' },
  { file: 'src/oots/deep.ts', imports: '../msh/inner.ts', rule: 'oots' },
  {
    file: 'src/world/http/running.ts',
    imports: '../../oots/ports/index.ts',
    rule: 'ports-of-oots-are-types',
  },
  { file: 'src/world/http/up.ts', imports: '../../oots/index.ts', rule: 'world', typeOnly: true },
  { file: 'src/world/http/sideways.ts', imports: '../store/index.ts', rule: 'world' },
  { file: 'src/faces/rest/sideways.ts', imports: '../cli/index.ts', rule: 'faces' },
  { file: 'src/faces/rest/down.ts', imports: '../../protocol/wss/index.ts', rule: 'faces' },
  { file: 'src/doctor/up.ts', imports: '../faces/cli/index.ts', rule: 'doctor' },
  { file: 'src/doctor/handling.ts', imports: '../msh/index.ts', rule: 'doctor' },
  { file: 'src/config/down.ts', imports: '../protocol/ebms/index.ts', rule: 'config' },
  { file: 'src/faces/rest/door.ts', imports: 'express', rule: 'express-in-the-demo' },
  { file: 'src/world/store/client.ts', imports: 'undici', rule: 'undici-in-http' },
  { file: 'src/world/http/database.ts', imports: 'kysely', rule: 'database-in-store' },
  { file: 'src/world/store/queue.ts', imports: 'bullmq', rule: 'queue-libraries-in-queue' },
  { file: 'src/faces/operations/metrics.ts', imports: 'prom-client', rule: 'telemetry-in-observe' },
  { file: 'src/msh/catch-all.ts', imports: './utils/all.ts', rule: 'no-catch-all-folders' },
  { file: 'src/msh/round-back.ts', imports: './round.ts', rule: 'no-circular' },
  { file: 'src/msh/gone.ts', imports: './not-there.ts', rule: 'no-unresolvable' },
];

/** Imports as they should be: none of them may be caught. */
const RIGHT: readonly (readonly [file: string, imports: string, how?: 'type-only'])[] = [
  ['src/protocol/soap/fine.ts', '../xml/index.ts'],
  ['src/protocol/xml/fine.ts', './inner.ts'],
  ['src/msh/fine.ts', '../protocol/as4/index.ts'],
  ['src/oots/fine.ts', '../msh/index.ts'],
  ['src/world/store/fine.ts', '../../msh/ports/index.ts'],
  ['src/world/http/fine.ts', 'undici'],
  ['src/faces/demo/fine.ts', 'express'],
  ['src/world/http/serving.ts', '../../oots/ports/index.ts', 'type-only'],
  ['src/faces/rest/fine.ts', '../../msh/index.ts'],
  ['src/faces/rest/parts.ts', '../../protocol/mime/index.ts'],
  ['src/doctor/fine.ts', '../world/store/index.ts'],
  ['src/gateway.ts', './world/store/index.ts'],
];

const TARGETS = [
  ...['errors', 'xml', 'mime', 'wss', 'ebms', 'as4'].map((room) => `src/protocol/${room}/index.ts`),
  'src/protocol/xml/inner.ts',
  'src/msh/index.ts',
  'src/msh/inner.ts',
  'src/msh/ports/index.ts',
  'src/oots/index.ts',
  'src/oots/ports/index.ts',
  'src/msh/utils/all.ts',
  'src/world/store/index.ts',
  'src/faces/cli/index.ts',
];

const LIBRARIES = ['express', 'undici', 'kysely', 'bullmq', 'prom-client'];

test('the layer rules catch every kind of wrong import, and nothing else', () => {
  const folder = scratchFolder();
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const file of TARGETS) write(file, 'export type Thing = string;\nexport const thing = 1;\n');
  for (const library of LIBRARIES) {
    write(
      `node_modules/${library}/package.json`,
      `{ "name": "${library}", "version": "1.0.0", "main": "index.js" }`,
    );
    write(`node_modules/${library}/index.js`, 'exports.thing = 1;\n');
  }
  const dependencies = Object.fromEntries(LIBRARIES.map((library) => [library, '1']));
  write('package.json', JSON.stringify({ name: 'x', type: 'module', dependencies }));
  write(
    'tsconfig.json',
    '{ "compilerOptions": { "module": "nodenext", "moduleResolution": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }',
  );
  for (const { file, imports, typeOnly } of WRONG) {
    write(file, typeOnly === true ? importingType(imports) : importing(imports));
  }
  write('src/msh/round.ts', importing('./round-back.ts'));
  for (const [file, imports, how] of RIGHT)
    write(file, how === 'type-only' ? importingType(imports) : importing(imports));

  const caught = violations(folder);
  for (const { file, rule } of WRONG) {
    assert.ok(
      caught.some(([from, name]) => from === file && name === rule),
      `${rule} did not catch ${file}`,
    );
  }
  for (const [file] of RIGHT)
    assert.deepEqual(
      caught.filter(([from]) => from === file),
      [],
      file,
    );
});

test('the checked command fails on a wrong import: the linter leaves with an error', () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'src/protocol/xml'), { recursive: true });
  mkdirSync(join(folder, 'src/msh'), { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), '{}');
  writeFileSync(join(folder, 'package.json'), '{ "name": "x", "type": "module" }');
  writeFileSync(join(folder, 'src/msh/index.ts'), 'export const thing = 1;\n');
  const file = join(folder, 'src/protocol/xml/index.ts');
  writeFileSync(file, importing('../../msh/index.ts'));
  assert.notEqual(depcruise(folder, 'err').status, 0);
  writeFileSync(file, 'export {};\n');
  assert.equal(depcruise(folder, 'err').status, 0);
});

function importingType(from: string): string {
  return `import type { Thing } from '${from}';\nexport type X = Thing;\n`;
}

function importing(from: string): string {
  return `import { thing } from '${from}';\nexport const x = thing;\n`;
}

/** [file, rule] of everything the rules catch in a tree. */
function violations(folder: string): readonly (readonly [string, string])[] {
  const { stdout } = depcruise(folder, 'json');
  const report = JSON.parse(stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return report.summary.violations.map(({ from, rule }) => [from, rule.name] as const);
}

function depcruise(folder: string, output: string) {
  const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  return spawnSync(process.execPath, [command, '--config', config, '--output-type', output, 'src'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
}
