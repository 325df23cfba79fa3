import { PROCEDURE } from '../directory/demo-content.ts';
import { CITIZEN, UNIVERSITY } from './citizen-data.ts';
import type { Offer } from './offers.ts';

/**
 * The wish for evidence as the portal posts it: plain data, mostly as the common services told it. RegRep is made of it by
 * the access point, in the version the provider speaks.
 */
export function wishFor(offer: Offer, conversationId: string) {
  const { requirement, type, service, accessPoint, provider, version } = offer;
  return {
    accessPoint: accessPoint.identifier,
    version,
    conversationId,
    request: {
      procedure: PROCEDURE,
      possibilityForPreview: true,
      explicitRequestGiven: true,
      requirements: [{ identifier: requirement.identifier, names: requirement.names }],
      evidenceRequester: [UNIVERSITY],
      evidenceProvider: provider,
      query: {
        naturalPerson: CITIZEN,
        evidenceRequest: {
          identifier: service.identifier,
          evidenceTypeClassification: type.classification,
          titles: type.titles,
          distributedAs: [{ format: 'application/pdf' }],
        },
      },
    },
  };
}
