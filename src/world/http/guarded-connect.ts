import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { QuoinError } from '../../protocol/errors/index.ts';
import { forbiddenAddress } from './allowed-addresses.ts';
import type { Forbidden } from './allowed-addresses.ts';

/** Resolves a name to all its addresses. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The name service of this machine. */
export const systemResolve: Resolve = (name, done) =>
  systemLookup(name, { all: true }, (error, addresses) => done(error, error === null ? addresses : []));

const REASONS: Readonly<Record<Forbidden, string>> = {
  private: 'an address of a private network or of this machine',
  special: 'an address that nothing is served at (link-local, multicast, reserved and the like)',
  'no-address': 'something that is no plain IP address',
};

/** What to do about a private address where none is allowed: `If the backend is there, set allowPrivate: true`. */
type Advice = string;

function refusal(host: string, address: string, why: Forbidden, advice: Advice): QuoinError {
  return new QuoinError('http/address-forbidden', `${host} leads to ${REASONS[why]}.`, {
    finding: {
      check: 'address-allowed',
      field: host,
      expected: 'a public address',
      found: address,
      advice:
        why === 'private'
          ? `${advice}; otherwise somebody may be using the name service against you.`
          : 'Correct the url or the name service: this address is never connected to.',
    },
  });
}

/** Looks a name up and keeps the addresses that may be connected to; with none left the first refusal is the answer. */
function guardedLookup(resolve: Resolve, allowPrivate: boolean, advice: Advice): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(
        ({ address }) => forbiddenAddress(address, allowPrivate) === undefined,
      );
      const [first] = allowed;
      const [refused] = addresses;
      if (first === undefined && refused !== undefined)
        return callback(
          refusal(name, refused.address, forbiddenAddress(refused.address, allowPrivate)!, advice),
          '',
          0,
        );
      if (first === undefined) return callback(noAddress(name), '', 0);
      if (options.all === true) return callback(null, [...allowed]);
      callback(null, first.address, first.family);
    });
  };
}

function noAddress(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' });
}

/** How to connect to where an address from elsewhere may lead. */
export interface GuardOptions {
  readonly allowPrivate: boolean;
  /** How to allow private addresses, as the first half of a sentence. */
  readonly advice: string;
  /** ms for TCP and TLS together. */
  readonly timeoutMs: number;
  /** PEM anchors instead of those that come with Node. */
  readonly ca?: readonly (string | Buffer)[] | undefined;
  readonly resolve?: Resolve | undefined;
}

/**
 * Connects to allowed addresses only. The address that was checked is the one that is connected to: the system looks the
 * name up through us, once, and an address written in the url is checked as it stands. What came of it is checked again.
 */
export function guardedConnector(
  undici: { readonly buildConnector: typeof buildConnector },
  options: GuardOptions,
): buildConnector.connector {
  const { allowPrivate, advice, timeoutMs, ca, resolve = systemResolve } = options;
  const base = undici.buildConnector({
    timeout: timeoutMs,
    minVersion: 'TLSv1.2',
    lookup: guardedLookup(resolve, allowPrivate, advice),
    ...(ca === undefined ? {} : { ca: [...ca] }),
  });
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const why = isIP(literal) === 0 ? undefined : forbiddenAddress(literal, allowPrivate);
    if (why !== undefined) {
      callback(refusal(literal, literal, why, advice), null);
      return;
    }
    base(target, (...result) => {
      const [error, socket] = result;
      const wrong = error === null ? connectedWrong(target.hostname, socket, options) : undefined;
      if (wrong === undefined) return callback(...result);
      socket?.destroy();
      callback(wrong, null);
    });
  };
}

function connectedWrong(
  host: string,
  socket: Socket,
  { allowPrivate, advice }: GuardOptions,
): QuoinError | undefined {
  const address = socket.remoteAddress ?? '';
  const why = forbiddenAddress(address, allowPrivate);
  return why === undefined ? undefined : refusal(host, address, why, advice);
}
