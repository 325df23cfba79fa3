import { isLoopback } from '../protocol/pmode/index.ts';
import type { ConfigCheck, ConfigDraft, ConfigHit } from './check-table.ts';
import type { ConfiguredCommonServices } from './types.ts';

const SECTION = 'commonServices';

/** Files of the common services that must be there, each with the setting that names it. */
export function commonServiceFiles({ config: { commonServices } }: ConfigDraft) {
  return (['anchors', 'authorities'] as const).flatMap((key) =>
    (commonServices?.[key] ?? []).map((used) => ({ path: [SECTION, key], used })),
  );
}

/** Runs a check over the section when it is there; a hit names a setting of it. */
function over(
  { config }: ConfigDraft,
  look: (services: ConfiguredCommonServices) => readonly (readonly [key: string, message: string])[],
): readonly ConfigHit[] {
  const { commonServices } = config;
  return commonServices === undefined
    ? []
    : look(commonServices).map(([key, message]) => ({ path: [SECTION, key], message }));
}

const KEYS = { eb: 'evidenceBroker', dsd: 'dataServiceDirectory' } as const;

/** bytes; what is read of an answer is bounded by this. */
const LARGEST = 8 * 1024 * 1024;

function addressFault(address: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(address)) return 'the address cannot be read';
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  if (!/^https?:$/.test(protocol)) return 'the address does not begin with https://';
  if (username !== '' || password !== '') return 'the address holds a user or password';
  if (search !== '' || hash !== '') return 'the address has a query or fragment';
  if (isLoopback(hostname) && !allowPrivate) return `${hostname} is this machine`;
  return protocol === 'http:' && !allowPrivate ? 'the address is not https' : undefined;
}

/** What is missing where no environment says where services are. */
function unplaced({
  eb,
  dsd,
}: ConfiguredCommonServices['addresses']): readonly (readonly [string, string])[] {
  if (eb === undefined && dsd === undefined)
    return [['environment', 'neither environment nor addresses are set']];
  if (eb !== undefined && dsd !== undefined) return [];
  const missing = eb === undefined ? KEYS.eb : KEYS.dsd;
  return [[missing, `neither environment nor ${missing} is set`]];
}

/** Checks of the common services. */
export const commonServiceChecks: readonly ConfigCheck[] = [
  {
    name: 'common-services-complete',
    severity: 'error',
    about:
      'The common services are named, by environment or address, with the roots and the subject of their signer.',
    advice:
      'Set environment, or both addresses; anchors and signer: without them anybody could have signed an answer.',
    run: (draft) =>
      over(draft, ({ environment, addresses, anchors }) => [
        ...(environment === undefined ? unplaced(addresses) : []),
        ...(anchors.length === 0 ? [['anchors', 'anchors is missing'] as const] : []),
        ...(draft.written.commonServices?.signer === undefined
          ? [['signer', 'signer is missing'] as const]
          : []),
      ]),
  },
  {
    name: 'common-services-address',
    severity: 'error',
    about: 'The address of a common service is an https one without user, query and fragment.',
    advice: 'Correct it; with allowPrivate it may be http, and on this machine.',
    run: (draft) =>
      over(draft, ({ addresses, allowPrivate }) =>
        (['eb', 'dsd'] as const).flatMap((service) => {
          const address = addresses[service];
          const fault = address === undefined ? undefined : addressFault(address, allowPrivate);
          return fault === undefined ? [] : [[KEYS[service], fault] as const];
        }),
      ),
  },
  {
    name: 'common-services-signer',
    severity: 'error',
    about: 'The subject of the signer says who he is: attributes with the common name among them.',
    advice: 'Write CN=...,O=...; a comma in a value as \\,.',
    run: (draft) =>
      over(draft, ({ signer }) =>
        draft.written.commonServices?.signer === undefined || signer['CN'] !== undefined
          ? []
          : [['signer', 'no attribute CN can be read from it']],
      ),
  },
  {
    name: 'common-services-fit',
    severity: 'error',
    about: 'Times and sizes of the common services are possible and do not contradict each other.',
    advice: 'Raise the larger or lower the smaller of the two.',
    run: (draft) =>
      over(draft, ({ freshMs, keepMs, timeoutMs, answerBytes }) => [
        ...(keepMs < freshMs ? [['keep', 'is shorter than fresh'] as const] : []),
        ...(timeoutMs < 100 ? [['timeout', 'is shorter than 100ms'] as const] : []),
        ...(answerBytes > LARGEST ? [['answerSize', 'is more than 8MiB'] as const] : []),
      ]),
  },
];
