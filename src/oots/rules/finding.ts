import type { Severity } from './rule.ts';

/** A rule that a document or its message breaks. */
export interface RuleFinding {
  /** Id of a business rule; `XML` or `XSD` for the form; `TDD-…` for a duty that has no id. */
  readonly rule: string;
  readonly severity: Severity;
  /** XPath-like; of the header with the prefix `eb`. */
  readonly place: string;
  /** What the rule wants, in one sentence. */
  readonly text: string;
  readonly found?: string;
}
