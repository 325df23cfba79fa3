import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchFolder } from '../../support/scratch.ts';
import { quoin } from './terminals.ts';

/** A folder with a program `quoin` that knows the names of a partner and of a P-Mode, as the real one prints them. */
function folderWithProgram(): string {
  const folder = scratchFolder();
  const program = join(folder, 'quoin');
  writeFileSync(
    program,
    `#!/bin/sh
case "$*" in
  'names party') echo AP_XB_01; echo AP_XC_01 ;;
  '--config other.yaml names party') echo AP_OTHER ;;
  'names pmode') echo oots-xa-xb ;;
  *) exit 9 ;;
esac
`,
  );
  chmodSync(program, 0o755);
  mkdirSync(join(folder, 'evidence'));
  writeFileSync(join(folder, 'evil.xml'), '');
  return folder;
}

const folder = folderWithProgram();
const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder };

function run(shell: string, ...args: string[]): readonly string[] {
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: folder, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .map((line) => line.split('\t')[0]!.trim())
    .filter((line) => line !== '')
    .sort();
}

function has(shell: string): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

/** What is offered behind a command line; the last word is the one being typed. */
type Offer = (...words: string[]) => Promise<readonly string[]>;

const bash: Offer = async (...words) => {
  const { out } = await quoin('completion', 'bash');
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(quoin ${line}); COMP_CWORD=${words.length}; _quoin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', '--norc', '-c', `${out}\n${ask}`);
};

/** The completion functions of zsh are replaced by ones that print: the real ones want somebody at the keyboard. */
const zsh: Offer = async (...words) => {
  const { out } = await quoin('completion', 'zsh');
  const stubs = `compdef() { : }
compadd() { shift; print -l -- "$@" }
_files() { [[ $1 == -/ ]] && print -l -- *(/) || print -l -- * }
_describe() { local name=$4 one; for one in "\${(@P)name}"; do print -r -- "\${one%%:*}"; done }`;
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `words=(quoin ${line}); CURRENT=${words.length + 1}; PREFIX='${words.at(-1)}'; _quoin`;
  const all = run('zsh', '-f', '-c', `${stubs}\n${out}\n${ask}`);
  return all.filter((word) => word.startsWith(words.at(-1)!));
};

const fish: Offer = async (...words) => {
  const { out } = await quoin('completion', 'fish');
  const file = join(folder, 'quoin.fish');
  writeFileSync(file, out);
  const line = `quoin ${words.join(' ')}`;
  return run('fish', '--no-config', '-c', `source ${file}; complete -C '${line}'`);
};

const shells: Readonly<Record<string, Offer>> = { bash, zsh, fish };

for (const [shell, offer] of Object.entries(shells)) {
  const skip = has(shell) ? false : `${shell} is not installed`;

  test(`${shell} offers commands, then those below them`, { skip }, async () => {
    const commands = await offer('');
    for (const command of ['send', 'status', 'inbox', 'pmode', 'certs', 'completion'])
      assert.ok(commands.includes(command), `${command} of ${commands.join(' ')}`);
    assert.ok(!commands.includes('names'), 'what only the completion asks is not offered');
    assert.deepEqual(await offer('pm'), ['pmode']);
    assert.deepEqual(await offer('pmode', 'e'), ['explain']);
    assert.deepEqual(await offer('--api', 'pmode', 'comp'), ['completion'], 'a value is no command');
  });

  test(`${shell} offers options where they hold`, { skip }, async () => {
    assert.deepEqual(await offer('send', '--no'), ['--no-wait']);
    assert.deepEqual(await offer('pmode', 'explain', '--js'), ['--json']);
    assert.ok(!(await offer('send', '--')).includes('--trace'));
  });

  test(`${shell} offers values`, { skip }, async () => {
    assert.deepEqual(await offer('completion', ''), ['bash', 'fish', 'zsh']);
    assert.deepEqual(await offer('ping', 'AP_XB'), ['AP_XB_01']);
    assert.deepEqual(await offer('ping', '--pmode', ''), ['oots-xa-xb']);
    assert.deepEqual(await offer('--config', 'other.yaml', 'ping', ''), ['AP_OTHER']);
    const files = await offer('inspect', 'ev');
    assert.deepEqual(
      files.map((file) => file.replace(/\/$/, '')),
      ['evidence', 'evil.xml'],
    );
    const folders = await offer('demo', '--folder', 'ev');
    assert.deepEqual(
      folders.map((file) => file.replace(/\/$/, '')),
      ['evidence'],
    );
  });
}
