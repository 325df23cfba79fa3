import { defaultMpc, testAction, testService } from '../ebms/index.ts';
import type { PModeFile } from './file-shape.ts';
import { ootsQueryService, ootsRole, ootsServiceType } from './oots-uris.ts';

/** Names of the profiles a P-Mode file may start from. */
export type ProfileName = NonNullable<PModeFile['profile']>;

/** A named set of values in the words of the P-Mode file itself, laid under what the file says. */
export interface Profile {
  readonly name: ProfileName;
  /** The profile this one starts from. */
  readonly extends?: ProfileName;
  readonly about: string;
  readonly values: Pick<PModeFile, 'mep' | 'legDefaults' | 'legs'> & { readonly role?: string };
}

type Legs = NonNullable<PModeFile['legs']>;

const oots = (service: string) => ({ value: service, type: ootsServiceType });

const regRep = { minParts: 1 };

/** OOTS TDD 4.7: compression of each leg as the centrally generated P-Modes have it. */
const ootsLegs: Legs = [
  {
    name: 'query-request',
    service: oots(ootsQueryService),
    action: 'ExecuteQueryRequest',
    compress: true,
    payload: regRep,
  },
  {
    name: 'query-response',
    service: oots(ootsQueryService),
    action: 'ExecuteQueryResponse',
    compress: false,
    payload: regRep,
  },
  {
    name: 'query-error',
    service: oots(ootsQueryService),
    action: 'ExceptionResponse',
    compress: true,
    payload: regRep,
  },
  {
    name: 'lcm-request',
    service: oots('LifecycleManager'),
    action: 'SubmitObjectsRequest',
    compress: true,
    payload: regRep,
  },
  {
    name: 'lcm-response',
    service: oots('LifecycleManager'),
    action: 'SubmitObjectsResponse',
    compress: true,
    payload: regRep,
  },
  {
    name: 'lcm-error',
    service: oots('LifecycleManager'),
    action: 'ExceptionResponse',
    compress: false,
    payload: regRep,
  },
  { name: 'test', service: testService, action: testAction, compress: true },
];

const common: Profile = {
  name: 'common',
  about: 'eDelivery AS4 1.15 Common Profile: signed, encrypted, compressed, one-way push. Brings no legs.',
  values: {
    mep: 'oneWay',
    legDefaults: {
      mpc: defaultMpc,
      properties: [],
      closedProperties: false,
      payload: { minParts: 0, maxParts: 50, maxPartSize: '2GiB', maxMessageSize: '2GiB' },
      compress: true,
      security: {
        suite: 'eDelivery-AS4-1.15',
        sign: true,
        encrypt: true,
        signingKeyReference: 'BinarySecurityToken',
        encryptionKeyReference: 'BinarySecurityToken',
        acceptUnsignedBody: false,
        acceptLegacyKeyTransport: false,
      },
      receptionAwareness: { retries: 4, window: '12m', strategy: 'constant', duplicateDetection: true },
      documentCheck: { inbound: 'off', outbound: 'off' },
      notify: { consumer: true, producer: true },
    },
  },
};

const fourCorner: Profile = {
  name: 'four-corner',
  extends: 'common',
  about:
    'Common Profile with the Four Corner enhancement: originalSender and finalRecipient are required, trackingIdentifier is known.',
  values: {
    legDefaults: {
      properties: ['originalSender', 'finalRecipient', { name: 'trackingIdentifier', required: false }],
    },
  },
};

const ootsProfile: Profile = {
  name: 'oots',
  extends: 'four-corner',
  about:
    'Once-Only Technical System: both services with their actions and the test service, in both directions; four retries in twelve minutes.',
  values: {
    role: ootsRole,
    legDefaults: {
      sender: 'either',
      properties: [
        'originalSender',
        'finalRecipient',
        { name: 'ExchangeId', required: false },
        { name: 'SpecificationId', required: false },
        { name: 'trackingIdentifier', required: false },
      ],
      receptionAwareness: { retries: 4, window: '12m', strategy: 'constant' },
    },
    legs: ootsLegs,
  },
};

/** The profiles by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  common,
  'four-corner': fourCorner,
  oots: ootsProfile,
};

/** A profile with those it starts from, weakest first. */
export function profileChain(name: ProfileName): readonly Profile[] {
  const profile = profiles[name];
  return profile.extends === undefined ? [profile] : [...profileChain(profile.extends), profile];
}

/** Names of the legs a profile brings. */
export function profileLegNames(name: ProfileName): readonly string[] {
  return profileChain(name).flatMap(({ values }) => (values.legs ?? []).map((leg) => leg.name ?? ''));
}
