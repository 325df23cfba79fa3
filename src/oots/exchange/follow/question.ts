import { createHash } from 'node:crypto';
import type { EvidenceRequest } from '../../model/request.ts';

/** What tells one natural person from another: how to reach them and how sure their identity is may change in between. */
const OF_NATURAL = ['identifier', 'familyName', 'givenName', 'dateOfBirth', 'attributes'] as const;
const OF_LEGAL = ['identifiers', 'legalPersonIdentifier', 'legalName', 'attributes'] as const;

/**
 * SHA-256 (hex) of who asks which evidence about whom. The second request of an exchange asks what the first one did: all
 * but its id, its time and the links is the same (TDD 4.9 step 3), or what the citizen saw is not what would be given.
 */
export function questionOf({
  evidenceRequester = [],
  query,
}: Pick<EvidenceRequest, 'evidenceRequester'> & {
  readonly query: Omit<EvidenceRequest['query'], 'queryDefinition'>;
}): string {
  const question = [
    evidenceRequester.map(({ identifier }) => identifier),
    query.evidenceRequest?.evidenceTypeClassification,
    picked(query.naturalPerson, OF_NATURAL),
    picked(query.legalPerson, OF_LEGAL),
    picked(query.authorizedRepresentative, OF_NATURAL),
    picked(query.authorizedRepresentativeLegalPerson, OF_LEGAL),
  ];
  return createHash('sha256').update(JSON.stringify(question, plain)).digest('hex');
}

function picked<T extends object>(from: T | undefined, keys: readonly (keyof T)[]): unknown {
  return from === undefined ? null : keys.map((key) => from[key] ?? null);
}

/** How something is written does not count: order of elements, blanks around a text. */
function plain(key: string, value: unknown): unknown {
  if (key === 'kept') return undefined;
  return typeof value === 'string' ? value.trim() : value;
}
