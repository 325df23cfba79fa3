/** PartyIds of the two sides and their type (OOTS TDD 4.7.1). */
export const US = 'AP_XA_01';
export const PEER = 'AP_XB_01';
export const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots';
