import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findFiles } from '../support/find-files.ts';

const root = new URL('../../', import.meta.url);
const NOT_OURS = /^(?:node_modules|dist|coverage|\.git|\.quoin)\//;
const documents = findFiles(root, /\.md$/).filter((file) => !NOT_OURS.test(file));

function textOf(file: string): string {
  return readFileSync(new URL(file, root), 'utf8');
}

/** Targets of inline links and of reference definitions; code is left out. */
function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
  const inline = prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g);
  const defined = prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm);
  return [...inline, ...defined].map((match) => match[1]!);
}

/** A heading as the fragment that leads to it. */
function fragmentOf(heading: string): string {
  const plain = heading.replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
  return plain
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function fragmentsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => fragmentOf(match[1]!)));
}

test('documents are found', () => {
  for (const file of ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/architecture.md', 'pmodes/README.md'])
    assert.ok(documents.includes(file), file);
});

test('every relative link leads to something that exists', () => {
  const broken = documents.flatMap((file) =>
    linksOf(textOf(file))
      .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
      .filter((link) => {
        const [path = '', fragment] = link.split('#');
        const target = path === '' ? new URL(file, root) : new URL(path, new URL(file, root));
        if (!existsSync(target)) return true;
        if (fragment === undefined || !target.pathname.endsWith('.md')) return false;
        return !fragmentsOf(readFileSync(target, 'utf8')).has(decodeURIComponent(fragment));
      })
      .map((link) => `${file}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test('every npm script a document names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const unknown = documents.flatMap((file) =>
    [...textOf(file).matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:.-]+)/g)]
      .map((match) => match[1]!.replace(/[.:]+$/, ''))
      .filter((name) => !(name in scripts))
      .map((name) => `${file}: npm run ${name}`),
  );
  assert.deepEqual(unknown, []);
});
