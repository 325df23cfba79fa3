/** The namespace that also prefixes every well-known URI of ebMS 3.0 (ebMS3 5.1). */
const base = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';

/** The MPC a message belongs to when none is named (ebMS3 3.4.1). */
export const defaultMpc = `${base}defaultMPC`;

/** Service of the test service, carried without a type (ebMS3 5.2.2.8, eDelivery AS4 1.15 1.4.2.4). */
export const testService = `${base}service`;

/** Action of the test service (ebMS3 5.2.2.9). */
export const testAction = `${base}test`;

/** Role of a party for which the P-Mode names none (ebMS3 5.2.2.5). */
export const defaultInitiatorRole = `${base}initiator`;

/** Role of the other party for which the P-Mode names none (ebMS3 5.2.2.5). */
export const defaultResponderRole = `${base}responder`;

/** PMode.MEP values by their last segment (ebMS3 2.2.3). */
export const MEP_URIS = {
  oneWay: `${base}oneWay`,
  twoWay: `${base}twoWay`,
} as const;

/** PMode.MEPbinding values by their last segment (ebMS3 2.2.3); the pull bindings are named to be refused by name. */
export const MEP_BINDING_URIS = {
  push: `${base}push`,
  pull: `${base}pull`,
  sync: `${base}sync`,
  pushAndPush: `${base}pushAndPush`,
  pushAndPull: `${base}pushAndPull`,
  pullAndPush: `${base}pullAndPush`,
} as const;
