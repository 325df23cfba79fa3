import type { z } from 'zod';
import type { FieldError } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, field by field, for who has the names of the fields and not our schemas. */
export function fieldErrorsOf(issue: Issue, whole: string): readonly FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: pathText([...issue.path, key]), detail: 'is not known here' }));
  }
  const meant = meantOf(issue);
  if (meant !== undefined) return meant.flatMap((one) => fieldErrorsOf(one, whole));
  return [{ field: pathText(issue.path) || whole, detail: detailOf(issue) }];
}

/** Of alternatives the one that was most likely meant: it fails below its root, or at what the value says. */
function meantOf(issue: Issue): Issue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const meant = issue.errors.find((errors) =>
    errors.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'),
  );
  return meant?.map((one): Issue => ({ ...one, path: [...issue.path, ...one.path] }));
}

function detailOf(issue: Issue): string {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? `is missing: ${issue.expected}` : issue.message;
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message;
  const kinds = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [first.expected] : []));
  return `${issue.input === undefined ? 'is missing' : 'does not fit'}: ${kinds.join(' or ')}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  );
}
