import type { PModeCheck } from './check-table.ts';
import { showTyped } from './fields.ts';
import { compareText, pathText, sortProblems } from './problems.ts';
import type { PModeProblem, SettingPath } from './problems.ts';
import { parsePMode } from './parse.ts';
import type { ParsedPMode } from './parse.ts';
import { routeKey, routesOf, valuesOf } from './routes.ts';
import type { RouteValues } from './routes.ts';
import type { PMode } from './types.ts';

/** The name and text of a P-Mode file. */
export interface PModeFileText {
  readonly file: string;
  readonly text: string;
}

/** What a set of P-Mode files gave. Use `pmodes` only when no problem is an error (see `hasErrors`). */
export interface LoadedPModes {
  /** Sorted by id, whatever the order of the files; frozen. */
  readonly pmodes: readonly PMode[];
  readonly problems: readonly PModeProblem[];
}

/**
 * Reads a set of P-Mode files and compares them: identifiers of agreements are unique, and no message is governed by
 * two P-Modes. All problems of all files are reported at once.
 */
export function loadPModes(
  files: readonly PModeFileText[],
  options: { readonly self: string },
): LoadedPModes {
  const ordered = [...files].sort((a, b) => compareText(a.file, b.file));
  const parsed = ordered.map(({ file, text }) => parsePMode(text, file, options));
  const whole = parsed.flatMap((one) => (one.pmode === undefined ? [] : [{ ...one, pmode: one.pmode }]));
  const problems = [
    ...parsed.flatMap((one) => one.problems),
    ...whole.flatMap((one, index) => repeatedId(one, whole.slice(0, index))),
    ...collisions(whole),
  ];
  const pmodes = whole.map(({ pmode }) => pmode).sort((a, b) => compareText(a.id, b.id));
  return { pmodes: Object.freeze(pmodes), problems: sortProblems(problems) };
}

type Whole = ParsedPMode & { readonly pmode: PMode };

/** Checks that compare files. */
export const loadChecks: readonly Omit<PModeCheck, 'run'>[] = [
  {
    name: 'duplicate-pmode-id',
    severity: 'error',
    about: 'Every P-Mode has an id of its own.',
    advice: 'Give one of the two another id.',
  },
  {
    name: 'ambiguous-pmodes',
    severity: 'error',
    about: 'No message is governed by two P-Modes.',
    advice:
      'Remove one of the two, or let agreement, service, action, MPC or a party identifier tell them apart.',
  },
];

function repeatedId(one: Whole, earlier: readonly Whole[]): readonly PModeProblem[] {
  const same = earlier.find(({ pmode }) => pmode.id === one.pmode.id);
  if (same === undefined) return [];
  const message = `the id "${one.pmode.id}" is already that of ${same.pmode.file}`;
  return [problem(one, 'duplicate-pmode-id', ['id'], message)];
}

interface Claim {
  readonly whole: Whole;
  readonly leg: string;
  readonly legPath: string;
  readonly values: RouteValues;
}

/** Each message belongs to the first P-Mode that governs it; the second one to claim it is the problem. */
function collisions(whole: readonly Whole[]): readonly PModeProblem[] {
  const owners = new Map<string, Claim>();
  return whole.flatMap((one) => {
    const rivals = new Map<
      Whole,
      { readonly owner: Claim; readonly claim: Claim; readonly legs: Set<string> }
    >();
    for (const [key, claim] of claimsOf(one)) {
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, claim);
      if (owner === undefined || owner.whole === one) continue;
      const rival = rivals.get(owner.whole) ?? { owner, claim, legs: new Set() };
      rival.legs.add(claim.leg);
      rivals.set(owner.whole, rival);
    }
    return [...rivals.values()].map(({ owner, claim, legs }) => {
      const more = legs.size > 1 ? `; ${legs.size} legs in all: ${[...legs].join(', ')}` : '';
      const both = `leg ${claim.leg} and leg ${owner.leg} of ${owner.whole.pmode.file}`;
      const path = one.origins.get(`${claim.legPath}.action`)?.path ?? ['legs'];
      const message = `${both} govern the same messages: ${showValues(claim.values)}${more}`;
      return problem(one, 'ambiguous-pmodes', path, message);
    });
  });
}

function claimsOf(whole: Whole): readonly (readonly [string, Claim])[] {
  return routesOf(whole.pmode).flatMap((route) => {
    const legPath = pathText(['legs', whole.pmode.legs.indexOf(route.leg)]);
    return valuesOf(route).map(
      (values) => [routeKey(values), { whole, leg: route.leg.name, legPath, values }] as const,
    );
  });
}

function showValues(values: RouteValues): string {
  const { direction, from, fromRole, to, toRole, service, action, agreement, mpc } = values;
  return [
    direction,
    `from ${showTyped(from)} as ${fromRole}`,
    `to ${showTyped(to)} as ${toRole}`,
    `service ${showTyped(service)}`,
    `action ${action}`,
    `agreement ${showTyped(agreement)}`,
    `MPC ${mpc}`,
  ].join(', ');
}

function problem(one: Whole, check: string, path: SettingPath, message: string): PModeProblem {
  const { file } = one.pmode;
  const advice = loadChecks.find(({ name }) => name === check)?.advice ?? '';
  return { severity: 'error', check, file, ...one.place(path), path: pathText(path), message, advice };
}
