/** Type of the OOTS services: ebXML RegRep over ebMS. */
export const ootsServiceType = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';

/** Role of both parties on every OOTS leg. */
export const ootsRole = 'http://sdg.europa.eu/edelivery/gateway';
