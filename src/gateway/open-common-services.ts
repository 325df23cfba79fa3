import { readFile } from 'node:fs/promises';
import type { ConfiguredCommonServices } from '../config/index.ts';
import type { Observer } from '../msh/index.ts';
import { createCommonServices } from '../oots/index.ts';
import type { CommonServices } from '../oots/index.ts';
import { describeError, QuoinError } from '../protocol/errors/index.ts';
import { parseCertificates } from '../protocol/pki/index.ts';
import { createFetcher, createNameService } from '../world/http/index.ts';

/** bytes of answers that are kept in memory. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** What the common services are asked with. */
export interface OpenedCommonServices {
  readonly services: CommonServices;
  readonly close: () => Promise<void>;
}

/** What they need besides their settings. */
export interface CommonServicesSurroundings {
  readonly observer: Observer;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Opens the way to the common services; nothing is asked yet. Throws `config/common-services` for files that cannot be used. */
export async function openCommonServices(
  configured: ConfiguredCommonServices,
  { observer, now }: CommonServicesSurroundings,
): Promise<OpenedCommonServices> {
  const { addresses, environment, signer, timeoutMs, signatureAgeMs, allowPrivate } = configured;
  const { freshMs, keepMs, entries } = configured;
  const anchors = await allOf('anchors', configured.anchors, (bytes) => parseCertificates(bytes));
  const authorities = await allOf('authorities', configured.authorities, (bytes) => [bytes]);
  const http = createFetcher({
    allowPrivate,
    advice: 'If the service is there, set commonServices.allowPrivate: true',
    timeoutMs,
    maxBytes: configured.answerBytes,
    ...(authorities.length === 0 ? {} : { ca: authorities }),
  });
  const services = createCommonServices({
    places: { addresses, environment },
    trust: { anchors, subject: signer, maxAgeMs: signatureAgeMs },
    keeping: { freshMs, keepMs, entries, bytes: KEPT_BYTES },
    http,
    names: createNameService({ timeoutMs }),
    observer,
    now,
  });
  return { services, close: () => http.close() };
}

async function allOf<T>(
  key: 'anchors' | 'authorities',
  files: readonly string[],
  read: (bytes: Buffer) => readonly T[],
): Promise<readonly T[]> {
  const found = await Promise.all(
    files.map(async (file) => {
      try {
        return read(await readFile(file));
      } catch (error) {
        throw new QuoinError('config/common-services', `A file of the common services cannot be used.`, {
          cause: error,
          finding: {
            check: 'common-services-files',
            field: `commonServices.${key}`,
            expected: 'a file with certificates, PEM',
            found: `${file}: ${describeError(error)}`,
            advice: 'Correct the file, or name another one.',
          },
        });
      }
    }),
  );
  return found.flat();
}
