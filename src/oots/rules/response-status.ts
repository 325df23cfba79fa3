import { attribute } from '../../protocol/xml/index.ts';
import { where } from './checks.ts';
import type { Check, Placed } from './rule.ts';

/** What the status of a response begins with. */
export const STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:';

/** True for a response with a status. */
export function hasStatus({ element }: Placed, status: string): boolean {
  return attribute(element, 'status') === STATUS + status;
}

/** Only in a response that says it succeeded. */
export function inSuccess(check: Check): Check {
  return where((_placed, { root }) => hasStatus(root, 'Success'), check);
}
