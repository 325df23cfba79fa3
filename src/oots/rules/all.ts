import type { DocumentKind } from '../read-document.ts';
import { ERROR_RESPONSE_RULES } from './error.ts';
import { PACKAGES } from './packages.ts';
import { REQUEST_CONTENT } from './request-content.ts';
import { REQUEST_PERSONS } from './request-persons.ts';
import { REQUEST_STRUCTURE } from './request-structure.ts';
import { RESPONSE } from './response.ts';
import type { Rule } from './rule.ts';

/** Every rule about a document, by the kind of document. */
export const RULES: Readonly<Record<DocumentKind, readonly Rule[]>> = {
  request: [...REQUEST_STRUCTURE, ...REQUEST_CONTENT, ...REQUEST_PERSONS],
  response: [...RESPONSE, ...PACKAGES],
  error: ERROR_RESPONSE_RULES,
};
