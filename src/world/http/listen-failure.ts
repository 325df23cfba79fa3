import { QuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode } from '../../protocol/errors/index.ts';

interface Cure {
  readonly code: ErrorCode;
  readonly says: string;
  readonly advice: string;
}

/** Why a listener cannot start, by system error. */
const CURES: Readonly<Record<string, Cure>> = {
  EADDRINUSE: {
    code: 'http/port-taken',
    says: 'another process listens there',
    advice: 'Stop the other process or configure another port.',
  },
  EACCES: {
    code: 'http/port-forbidden',
    says: 'the system does not allow it',
    advice: 'Configure a port from 1024 up, or grant the right to bind low ports.',
  },
  EADDRNOTAVAIL: {
    code: 'http/address-not-available',
    says: 'this machine does not have that address',
    advice: 'Configure an address of this machine, 0.0.0.0 or ::.',
  },
  ENOTFOUND: {
    code: 'http/address-not-available',
    says: 'the host name is unknown',
    advice: 'Configure an address of this machine, 0.0.0.0 or ::.',
  },
};

/** A system error at listening as one an operator can act on. */
export function listenFailure(error: NodeJS.ErrnoException, name: string, place: string): QuoinError {
  const cure = CURES[error.code ?? ''];
  return new QuoinError(
    cure?.code ?? 'http/cannot-listen',
    `The ${name} listener cannot start on ${place}: ${cure?.says ?? error.message}.`,
    {
      cause: error,
      finding: { check: 'listener-starts', field: `${name} listener`, found: place, advice: cure?.advice },
    },
  );
}
