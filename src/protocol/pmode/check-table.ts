import type { SettingPath } from './problems.ts';
import type { PModeDraft } from './resolve.ts';

/** What a check found: where, what, and optionally advice that knows more than the table row. */
export interface Hit {
  readonly path: SettingPath;
  readonly message: string;
  readonly advice?: string | undefined;
  /** The leg it is about; the same hit on several legs is told once. */
  readonly leg?: string | undefined;
  /** Paths that, if they were taken out for their wrong shape, explain this hit away. */
  readonly because?: readonly SettingPath[] | undefined;
}

/** A named check of a P-Mode: one row, one verdict. */
export interface PModeCheck {
  /** Stable; listed in docs/pmode-reference.md. */
  readonly name: string;
  readonly severity: 'error' | 'warning';
  /** What is asked of the file, and the clause it answers to. */
  readonly about: string;
  /** What to do, unless the hit knows better. */
  readonly advice: string;
  run(draft: PModeDraft, self: string): readonly Hit[];
}
