import { resolve } from 'node:path';
import { nameAttributes } from '../protocol/pki/index.ts';
import { parseDuration, parseSize } from '../protocol/pmode/index.ts';
import type { CommonServicesFile } from './common-services-shape.ts';
import type { Config, ConfiguredCommonServices } from './types.ts';

/** What is in force where nobody says otherwise. */
export const commonServicesDefaults = {
  allowPrivate: false,
  fresh: '1h',
  keep: '7d',
  signatureAge: '24h',
  timeout: '15s',
  answerSize: '4MiB',
  entries: 500,
} as const;

/** The section with its defaults. */
type Filled = CommonServicesFile & {
  readonly [Key in keyof typeof commonServicesDefaults]: NonNullable<CommonServicesFile[Key]>;
};

/** Whether anything says that the common services are asked. */
function namesCommonServices(section: CommonServicesFile): boolean {
  const { environment, evidenceBroker, dataServiceDirectory, anchors, signer } = section;
  return [environment, evidenceBroker, dataServiceDirectory, anchors, signer].some(
    (one) => one !== undefined,
  );
}

/** The common services as they will be asked; nothing when the configuration does not name them. */
export function buildCommonServices(
  section: Filled,
  base: (key: string) => string,
): Pick<Config, 'commonServices'> {
  if (!namesCommonServices(section)) return {};
  const { environment, evidenceBroker, dataServiceDirectory } = section;
  const signatureAgeMs = parseDuration(section.signatureAge);
  const commonServices: ConfiguredCommonServices = {
    ...(environment === undefined ? {} : { environment }),
    addresses: {
      ...(evidenceBroker === undefined ? {} : { eb: evidenceBroker }),
      ...(dataServiceDirectory === undefined ? {} : { dsd: dataServiceDirectory }),
    },
    anchors: filesIn(base('anchors'), section.anchors),
    signer: signerAttributes(section.signer ?? ''),
    authorities: filesIn(base('authorities'), section.authorities),
    allowPrivate: section.allowPrivate,
    freshMs: parseDuration(section.fresh),
    keepMs: parseDuration(section.keep),
    ...(signatureAgeMs === 0 ? {} : { signatureAgeMs }),
    timeoutMs: parseDuration(section.timeout),
    answerBytes: parseSize(section.answerSize),
    entries: section.entries,
  };
  return { commonServices };
}

/** Attributes of a name such as `CN=Directory,O=Test`; of several values the last counts. None for what is no name. */
export function signerAttributes(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(nameAttributes(text)).flatMap(([name, values]) => {
      const value = values.at(-1);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function filesIn(folder: string, files: string | readonly string[] | undefined): readonly string[] {
  return [files ?? []].flat().map((file) => resolve(folder, file));
}
