import type { XmlElement } from '../../protocol/xml/index.ts';
import type { EdmVersion, EdmVersionName } from '../versions.ts';

/** How much a breach weighs: a fatal one makes a document invalid, a warning and a caution do not (TDD 4.6). */
export type Severity = 'fatal' | 'warning' | 'caution';

/** An element and the place where it stands. */
export interface Placed {
  readonly element: XmlElement;
  readonly place: string;
}

/** What a check may know beside the element. */
export interface RuleContext {
  readonly version: EdmVersion;
  readonly root: Placed;
  /** Elements at a path below an element. */
  readonly select: (path: string, below: Placed) => readonly Placed[];
  /** The element around an element that was selected. */
  readonly parentOf: (placed: Placed) => Placed | undefined;
}

/** A condition that an element meets or breaks. */
export interface Check {
  /** What kind of condition it is. */
  readonly name: string;
  /** Undefined when the condition is met, otherwise what was found instead. */
  test(placed: Placed, context: RuleContext): string | undefined;
  /** Of a condition on an attribute or a child, its name. */
  readonly of?: string;
}

/** One business rule of the exchange, in our words (TDD 4.6). */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** The versions that have it; a rule that changed stands once for each form. */
  readonly versions: readonly EdmVersionName[];
  readonly text: string;
  /** Path of the elements it is about. */
  readonly at: string;
  readonly check: Check;
}

/** All versions. */
export const ALL: readonly EdmVersionName[] = ['1.0', '1.1', '1.2', '2.0'];

/** Versions with flat evidence. */
export const ONE: readonly EdmVersionName[] = ['1.0', '1.1', '1.2'];

/** Rules that the first version did not have yet. */
export const LATER: readonly EdmVersionName[] = ['1.1', '1.2', '2.0'];

/** Versions with flat evidence, without the first. */
export const ONE_LATER: readonly EdmVersionName[] = ['1.1', '1.2'];

export const FIRST_ONLY: readonly EdmVersionName[] = ['1.0'];

export const TWO: readonly EdmVersionName[] = ['2.0'];

/** A rule whose breach is fatal. */
export function fatal(
  id: string,
  versions: readonly EdmVersionName[],
  at: string,
  check: Check,
  text: string,
): Rule {
  return { id, severity: 'fatal', versions, text, at, check };
}

/** A rule whose breach is reported and does no more. */
export function mild(severity: 'warning' | 'caution', rule: Rule): Rule {
  return { ...rule, severity };
}
