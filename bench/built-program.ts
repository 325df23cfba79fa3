import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_OPTIONS } from '../src/node-options.ts';

const ROOT = join(import.meta.dirname, '..');

/** The program as an image has it: compiled, without source beside it. The arguments of node that run it. */
export async function buildProgram(folder: string): Promise<readonly string[]> {
  const to = join(folder, 'built');
  mkdirSync(to);
  const compiler = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-p',
      join(ROOT, 'tsconfig.build.json'),
      '--outDir',
      join(to, 'dist'),
    ],
    { stdio: 'inherit' },
  );
  const [code] = (await once(compiler, 'exit')) as [number];
  if (code !== 0) throw new Error('the program does not compile');
  for (const name of ['package.json', 'bin']) cpSync(join(ROOT, name), join(to, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  return [...NODE_OPTIONS, join(to, 'bin/quoin.js')];
}
