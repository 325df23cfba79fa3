import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkExchangeDocument, EDM_VERSIONS, HEADER_RULES, isInvalid, RULES } from '../../src/oots/index.ts';
import type { DocumentKind, EdmVersionName } from '../../src/oots/index.ts';
import { NO_OFFICIAL_FILES, officialFiles, officialFolder } from '../support/official-files.ts';
import { headerOf, samplesOf } from '../support/rule-samples.ts';

const VERSIONS = Object.keys(EDM_VERSIONS) as EdmVersionName[];
const KINDS: readonly DocumentKind[] = ['request', 'response', 'error'];

test('our samples break no rule of their version', () => {
  for (const version of VERSIONS) {
    for (const kind of KINDS) {
      for (const sample of samplesOf(version, kind)) {
        const checked = checkExchangeDocument(Buffer.from(sample));
        assert.deepEqual(checked, { kind, version, findings: [] });
      }
    }
  }
});

test('a rule stands once for each version, and has a sentence', () => {
  for (const kind of KINDS) {
    for (const version of VERSIONS) {
      const ids = RULES[kind].filter(({ versions }) => versions.includes(version)).map(({ id }) => id);
      assert.deepEqual(ids, [...new Set(ids)]);
    }
    for (const { id, text } of RULES[kind]) assert.match(text, /^[A-Z].*\.$/, id);
  }
});

/** What the official samples themselves break: misspelt severities, GR for Greece. */
const KNOWN = ['R-EDM-ERR-C014', 'R-EDM-ERR-C022', 'R-EDM-REQ-C067'];

test('official samples break no rule but those they are known for', (t) => {
  if (officialFolder === undefined) return t.skip(NO_OFFICIAL_FILES);
  let checked = 0;
  for (const file of ['edm-2.0', 'oots-edm-1.0'].flatMap((folder) => officialFiles(folder, '.xml'))) {
    const xml = readFileSync(file, 'utf8');
    if (!/<query:Query(Request|Response)\s/.test(xml)) continue;
    const { findings } = checkExchangeDocument(Buffer.from(xml));
    assert.deepEqual(
      findings.filter(({ rule }) => !KNOWN.includes(rule)),
      [],
      file,
    );
    checked += 1;
  }
  assert.ok(checked > 30);
});

test('what is no XML, and what is over a limit, is a finding', () => {
  for (const bytes of [
    Buffer.from('<a'),
    Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    Buffer.alloc(2_000_000),
  ]) {
    const checked = checkExchangeDocument(bytes, { header: headerOf('1.2', 'response'), version: '1.2' });
    assert.deepEqual(
      [checked.kind, checked.version, checked.findings.map(({ rule }) => rule), isInvalid(checked)],
      ['response', '1.2', ['XML'], true],
    );
  }
});

test('large hostile documents are checked to the end, and the findings stay few', () => {
  const [response] = samplesOf('2.0', 'response').filter((xml) => xml.includes('"Annex"'));
  const association = /<rim:RegistryObject xsi:type="rim:AssociationType"[^>]*>/.exec(response!)![0];
  const [error] = samplesOf('2.0', 'error').filter((xml) => xml.includes('sdg:Name'));
  for (const xml of [
    response!.replace(association, association.repeat(3_000)),
    error!.replace(/<sdg:Name .*<\/sdg:Name>/, (name) => name.repeat(9_000)),
    error!.replace(/<sdg:Name .*<\/sdg:Name>/, '<sdg:Name lang="x">a</sdg:Name>'.repeat(9_000)),
  ]) {
    const { findings } = checkExchangeDocument(Buffer.from(xml));
    assert.ok(findings.length <= 100);
  }
});

test('a document that is something else is told so', () => {
  const { findings } = checkExchangeDocument(Buffer.from('<a xmlns="urn:a"/>'));
  const rules = findings.map(({ rule }) => rule);
  for (const expected of ['XSD', 'R-EDM-REQ-S001', 'R-EDM-REQ-S002'])
    assert.ok(rules.includes(expected), expected);
});

test('warnings and cautions do not make a document invalid', () => {
  const [sample] = samplesOf('2.0', 'request').filter((xml) => xml.includes('AuthorizedRepresentative"'));
  const xml = sample!.replace(
    '//sr.oots.tech.ec.europa.eu/evidencetype',
    '//sr.acc.oots.tech.ec.europa.eu/evidencetype',
  );
  const checked = checkExchangeDocument(Buffer.from(xml));
  assert.deepEqual(
    checked.findings.map(({ rule, severity }) => [rule, severity]),
    [['R-EDM-REQ-C115', 'caution']],
  );
  assert.equal(isInvalid(checked), false);
});

test('docs/oots.md has the numbers of rules as they are', () => {
  const page = readFileSync(new URL('../../docs/oots.md', import.meta.url), 'utf8');
  const groups = { REQ: RULES.request, RESP: RULES.response, ERR: RULES.error, ebMS: HEADER_RULES };
  for (const [group, rules] of Object.entries(groups)) {
    const [row] = page.split('\n').filter((line) => line.startsWith(`| \`R-EDM-${group}-*\``));
    const numbers = VERSIONS.map(
      (version) => rules.filter(({ versions }) => versions.includes(version)).length,
    );
    assert.deepEqual(row?.match(/(?<=\|\s+)\d+(?=\s+\|)/g)?.map(Number), numbers, group);
  }
});
