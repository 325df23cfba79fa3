import type { Service } from '../ebms/index.ts';

/** Type of the OOTS services: ebXML RegRep over ebMS. */
export const ootsServiceType = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';

/** The service of the evidence exchange: requests, responses and exceptions. */
export const ootsQueryService = 'QueryManager';

/** True for a leg whose messages carry documents of the exchange. */
export function isOfExchange({ service }: { readonly service?: Service | undefined }): boolean {
  return service?.value === ootsQueryService && service.type === ootsServiceType;
}

/** Role of both parties on every OOTS leg. */
export const ootsRole = 'http://sdg.europa.eu/edelivery/gateway';
