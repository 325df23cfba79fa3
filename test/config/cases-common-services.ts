import { minimal } from './loading.ts';
import type { Case, Settings } from './loading.ts';

/** Settings with the common services. */
function withServices(changes: Settings): Settings {
  const services = { environment: 'acc', anchors: 'ca.pem', signer: 'CN=Directory' };
  return { ...minimal, commonServices: { ...services, ...changes } };
}

/** A sample for each check of the common services: settings that fail at a path, and some that pass. */
export const commonServiceCases: Readonly<Record<string, readonly Case[]>> = {
  'common-services-complete': [
    { fails: withServices({ signer: undefined }), path: 'commonServices.signer', passes: withServices({}) },
  ],
  'common-services-address': [
    {
      fails: withServices({ evidenceBroker: 'http://eb.example' }),
      path: 'commonServices.evidenceBroker',
      passes: withServices({ evidenceBroker: 'http://eb.example', allowPrivate: true }),
    },
  ],
  'common-services-signer': [
    { fails: withServices({ signer: 'O=Test' }), path: 'commonServices.signer', passes: withServices({}) },
  ],
  'common-services-fit': [
    {
      fails: withServices({ keep: '59m' }),
      path: 'commonServices.keep',
      passes: withServices({ keep: '1h' }),
    },
  ],
};
