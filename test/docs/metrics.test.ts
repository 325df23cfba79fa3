import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { METRICS } from '../../src/world/observe/index.ts';
import { documentText } from './documented.ts';

interface Documented {
  readonly kind: string;
  readonly labels: readonly string[];
  readonly is: string;
}

/** The rows of docs/metrics.md by name. */
function documented(): ReadonlyMap<string, Documented> {
  const rows = new Map<string, Documented>();
  for (const line of documentText('metrics.md').split('\n')) {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const name = /^`(quoin_\w+)`$/.exec(cells[0] ?? '')?.[1];
    if (name === undefined) continue;
    assert.ok(!rows.has(name), `${name} is listed twice`);
    const [, kind = '', labels = '', is = ''] = cells;
    rows.set(name, { kind, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label!), is });
  }
  return rows;
}

test('docs/metrics.md lists the metrics of the source, all and only, with kind and labels', () => {
  const rows = documented();
  assert.deepEqual([...rows.keys()].sort(), Object.keys(METRICS).sort());
  for (const [name, { kind, labels }] of Object.entries(METRICS)) {
    const row = rows.get(name)!;
    assert.equal(row.kind, kind, name);
    assert.deepEqual([...row.labels], [...labels], name);
    assert.ok(row.is.length > 5, name);
  }
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const deploy = (name: string): string =>
  readFileSync(new URL(`../../deploy/monitoring/${name}`, import.meta.url), 'utf8');
const rules = (
  parse(deploy('alerts.yaml')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(deploy('dashboard.json')) as { readonly panels: readonly Panel[] };
const shown = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** The metrics an expression names, with the labels it asks of each. */
function named(expr: string): readonly { readonly metric: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b((?:quoin|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, metric, selector]) => ({
      metric: metric!,
      labels: [...(selector ?? '').matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label!),
    }),
  );
}

/** Labels that Prometheus itself adds. */
const OF_THE_SCRAPE = ['instance', 'job', 'le'];

function labelsOf(metric: string): readonly string[] | undefined {
  const name = metric in METRICS ? metric : metric.replace(/_(bucket|sum|count)$/, '');
  const row = METRICS[name];
  if (row === undefined) return undefined;
  assert.equal(row.kind === 'histogram', name !== metric, `${metric} is how a ${row.kind} is named`);
  return [...row.labels, ...OF_THE_SCRAPE];
}

function check(where: string, expr: string, more: readonly string[]): void {
  const metrics = named(expr);
  assert.ok(metrics.length > 0, `${where}: ${expr} names a metric`);
  const all = metrics.flatMap(({ metric, labels }) => {
    if (!metric.startsWith('quoin_')) return OF_THE_SCRAPE;
    const known = labelsOf(metric);
    assert.ok(known !== undefined, `${where}: there is no metric ${metric}`);
    for (const label of labels) assert.ok(known.includes(label), `${where}: ${metric} has no label ${label}`);
    return known;
  });
  const grouped = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/\s*,\s*/));
  for (const label of [...grouped, ...more])
    assert.ok(all.includes(label.trim()), `${where}: nothing has the label ${label}`);
  const kept = grouped.length === 0 ? all : grouped.map((label) => label.trim());
  for (const label of more)
    assert.ok(kept.includes(label), `${where}: ${label} is told, but not kept by the expression`);
}

test('every alert asks metrics and labels that exist, tells labels it keeps, and says what to do', () => {
  assert.ok(rules.length >= 10);
  for (const { alert, expr, labels, annotations } of rules) {
    const words = `${annotations.summary} ${annotations.description}`;
    const told = [...words.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
    check(alert, expr, told);
    assert.match(labels.severity, /^(warning|critical)$/, alert);
    assert.ok(annotations.description.length > 20, alert);
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

test('every panel of the dashboard asks metrics and labels that exist', () => {
  assert.ok(shown.length >= 15);
  for (const { title, expr, legendFormat } of shown)
    check(
      title,
      expr,
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!),
    );
});

test('an expression over something that is not there is caught', () => {
  for (const wrong of [
    'quoin_no_such_total',
    'quoin_ready{partner="x"}',
    'sum by (party) (quoin_ready)',
    'quoin_attempt_duration_seconds',
    'rate(quoin_ready_bucket[5m])',
  ])
    assert.throws(() => check('wrong', wrong, []), assert.AssertionError, wrong);
});
