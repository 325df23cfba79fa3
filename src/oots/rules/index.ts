/** The business rules of the exchange as tables (TDD 4.6). */
export { RULES } from './all.ts';
export type { RuleFinding } from './finding.ts';
export { HEADER_RULES } from './header.ts';
export type { HeaderFacts, HeaderRule, PartFacts, PropertyFacts } from './header.ts';
export type { Rule, Severity } from './rule.ts';
