import * as z from 'zod';
import { count, duration, files, size, text } from './setting-kinds.ts';

/** The section `commonServices` of a configuration file. */
export const commonServicesShape = z.strictObject({
  environment: z
    .enum(['acc', 'prod', 'testing'])
    .optional()
    .describe('Where services are looked up by NAPTR records: acceptance, production or testing.'),
  evidenceBroker: text(1024)
    .optional()
    .describe(
      'Address of the Evidence Broker of every country, https, without `/rest/search`: nothing is looked up for it.',
    ),
  dataServiceDirectory: text(1024)
    .optional()
    .describe('Address of the Data Service Directory of every country; as above.'),
  anchors: files('PEM files with the roots that signers of answers come from.'),
  signer: text(1024)
    .optional()
    .describe(
      'What the subject of the signer must carry, since the roots issue for others too: `CN=EC-OOTS-CS-ACC,O=European Commission`.',
    ),
  authorities: files('PEM files with the authorities of TLS; those of Node when left out.'),
  allowPrivate: z
    .boolean()
    .optional()
    .describe(
      'Allow addresses of private networks and of this machine; otherwise they are never connected to.',
    ),
  fresh: duration('How long an answer is used before it is asked for again.'),
  keep: duration('How old the last good answer may be that is used while asking again fails.'),
  signatureAge: duration(
    'How long ago an answer may have been signed when it comes, so that no old one is played again. 0s is no bound.',
  ),
  timeout: duration('How long one question may take.'),
  answerSize: size('Largest answer. At most 8MiB.'),
  entries: count(1, 100_000, 'How many answers are kept in memory.'),
});

/** The section as it is written, possibly incomplete. */
export type CommonServicesFile = z.infer<typeof commonServicesShape>;
