import { US, PEER, PARTY_TYPE } from './parties.ts';

/** Our side of the agreements with the peer, and the services and actions that the peer is told to accept. */

/** Service of the messages that only test something. */
export const SERVICE = 'urn:quoin:interop';

/** Service of the two-way exchanges. */
export const TWO_WAY_SERVICE = 'urn:quoin:interop:two-way';

/** Agreement reference of the two-way exchanges. */
export const TWO_WAY_AGREEMENT = 'urn:quoin:interop:agreement';

/** An action the peer does not accept. */
export const UNKNOWN_TO_PEER = 'UnknownToPeer';

/** What is special about the leg of each action of SERVICE. */
const LEGS = {
  Plain: 'compress: false',
  BinarySecurityToken: keys('BinarySecurityToken', 'BinarySecurityToken'),
  PKIPath: keys('PKIPath', 'PKIPath'),
  SubjectKeyIdentifier: keys('SubjectKeyIdentifier', 'SubjectKeyIdentifier'),
  IssuerSerial: keys('IssuerSerial', 'IssuerSerial'),
  Mixed: keys('SubjectKeyIdentifier', 'IssuerSerial'),
  /** Weaker modes, to see them refused. */
  Unsigned: 'security: { sign: false, encrypt: false }, receptionAwareness: { strategy: once }',
  Unencrypted: 'security: { encrypt: false }, receptionAwareness: { strategy: once }',
  Retried: 'receptionAwareness: { retries: 2, window: 2s }',
  Once: 'receptionAwareness: { strategy: once }',
  [UNKNOWN_TO_PEER]: 'receptionAwareness: { strategy: once }',
} as const;

export type Action = keyof typeof LEGS;

function keys(signing: string, encryption: string): string {
  return `security: { signingKeyReference: ${signing}, encryptionKeyReference: ${encryption} }`;
}

const OOTS_TYPE = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';
const ROLE = 'http://sdg.europa.eu/edelivery/gateway';

/** For peer.json: everything beyond what it accepts by itself. */
export const ACTIONS = [
  ...Object.keys(LEGS)
    .filter((action) => action !== UNKNOWN_TO_PEER)
    .map((action) => ({ service: SERVICE, action })),
  { service: TWO_WAY_SERVICE, action: 'Ask' },
  { service: TWO_WAY_SERVICE, action: 'Answer' },
  { service: 'LifecycleManager', serviceType: OOTS_TYPE, action: 'SubmitObjectsRequest' },
];

/** P-Mode files by name, with the address of the peer. */
export function pmodeFiles(peerUrl: string): Readonly<Record<string, string>> {
  const parties = `parties:
  ${US}:
    ids: [{ value: ${US}, type: '${PARTY_TYPE}' }]
    address: http://127.0.0.1:9/as4
    certificates: own.pem
  ${PEER}:
    ids: [{ value: ${PEER}, type: '${PARTY_TYPE}' }]
    address: ${peerUrl}
    certificates: { signing: peer-signing.pem, encryption: peer-encryption.pem }
`;
  const legs = Object.entries(LEGS).map(
    ([action, special]) =>
      `  - { name: ${action.toLowerCase()}, service: '${SERVICE}', action: ${action}, sender: either, ${special} }\n`,
  );
  const twoWay = (initiator: string, responder: string): string => `profile: four-corner
mep: twoWay
${parties}initiator: { party: ${initiator}, role: '${ROLE}' }
responder: { party: ${responder}, role: '${ROLE}' }
agreement: '${TWO_WAY_AGREEMENT}'
legs:
  - { name: ask, service: '${TWO_WAY_SERVICE}', action: Ask, replyLeg: answer }
  - { name: answer, service: '${TWO_WAY_SERVICE}', action: Answer }
`;
  return {
    'one-way.yaml': `profile: oots\n${parties}initiator: ${US}\nresponder: ${PEER}\nlegs:\n${legs.join('')}`,
    'two-way-ours.yaml': twoWay(US, PEER),
    'two-way-theirs.yaml': twoWay(PEER, US),
  };
}
