/** Namespace-like prefix of the URIs that ebMS3 defines for values. */
export const EBMS_VALUES = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';

/** The MPC of a message that names none (ebMS3 5.2.2). */
export const defaultMpc = `${EBMS_VALUES}defaultMPC`;

/** Service of the test messages that are acknowledged and never delivered (eDelivery AS4 1.15 1.4.2.4). */
export const testService = `${EBMS_VALUES}service`;

/** Action of the test messages. */
export const testAction = `${EBMS_VALUES}test`;

/** Type of the OOTS services: ebXML RegRep over ebMS. */
export const ootsServiceType = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';

/** Role of both parties on every OOTS leg. */
export const ootsRole = 'http://sdg.europa.eu/edelivery/gateway';

/** True for an absolute URI, as an identifier without a type must be (ebMS3 5.2.2.4, 5.2.2.8). */
export function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(text);
}
