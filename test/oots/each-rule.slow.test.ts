import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchangeDocument, EDM_VERSIONS, RULES } from '../../src/oots/index.ts';
import type { DocumentKind, EdmVersionName, Rule } from '../../src/oots/index.ts';
import { applyRule, breakRule } from '../support/rule-breaking.ts';
import { headerOf, samplesOf } from '../support/rule-samples.ts';

/** A sample that has what the rule is about and meets it, and one that differs in one thing and breaks it. */
function examine(rule: Rule, kind: DocumentKind, version: EdmVersionName): void {
  const name = `${rule.id} in ${version}`;
  const met = samplesOf(version, kind).filter((sample) => {
    const { applied, broken } = applyRule(rule, version, sample);
    assert.deepEqual(broken, [], name);
    return applied > 0;
  });
  assert.ok(met.length > 0, `${name}: no sample has what it is about (${rule.at})`);
  const broken = met.map((sample) => breakRule(rule, version, sample)).find((xml) => xml !== undefined);
  assert.ok(broken !== undefined, `${name}: no change breaks it`);
  const { findings } = checkExchangeDocument(Buffer.from(broken), { header: headerOf(version, kind) });
  const finding = findings.find(({ rule: id, text }) => id === rule.id && text === rule.text);
  assert.ok(finding !== undefined, `${name}: ${JSON.stringify(findings)}`);
  assert.equal(finding.severity, rule.severity);
  assert.ok(finding.place.startsWith('/'), finding.place);
}

for (const version of Object.keys(EDM_VERSIONS) as EdmVersionName[]) {
  for (const kind of ['request', 'response', 'error'] as const) {
    test(`EDM ${version}: every rule about a ${kind} is met by a sample, and broken by one that differs in one thing`, (t) => {
      const rules = RULES[kind].filter(({ versions }) => versions.includes(version));
      for (const rule of rules) examine(rule, kind, version);
      t.diagnostic(`${rules.length} rules`);
      assert.ok(rules.length > 40);
    });
  }
}
