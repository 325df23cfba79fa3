import { findAlgorithm, URI } from './algorithms.ts';
import type { AlgorithmKind, AlgorithmOf } from './algorithms.ts';
import { policyNoncompliance } from './refusals.ts';
import type { SuiteName } from './types.ts';

/** One choice of a suite: the algorithm we write, those we accept, and those a legacy switch adds. */
export interface Choice<Kind extends AlgorithmKind> {
  readonly kind: Kind;
  readonly send: string;
  readonly accept: readonly string[];
  readonly legacy: readonly string[];
}

/** The choices a suite makes, and the kind of algorithm each is about. */
export interface SlotKinds {
  readonly canonicalization: 'canonicalization';
  readonly attachmentTransform: 'attachment-transform';
  readonly digest: 'digest';
  readonly signature: 'signature';
  readonly dataEncryption: 'data-encryption';
  readonly keyEncryption: 'key-encryption';
  readonly keyEncryptionDigest: 'digest';
  readonly maskGeneration: 'mask-generation';
}

/** The place of a choice in a suite. */
export type Slot = keyof SlotKinds;

/** The row type of a place. */
export type SlotAlgorithm<S extends Slot> = AlgorithmOf<SlotKinds[S]>;

/** What a suite sends and accepts. */
export type Suite = { readonly [S in Slot]: Choice<SlotKinds[S]> } & {
  readonly name: SuiteName;
  /** Where the choices are laid down. */
  readonly clause: string;
};

const only = <Kind extends AlgorithmKind>(kind: Kind, uri: string, legacy: readonly string[] = []) =>
  ({ kind, send: uri, accept: [uri], legacy }) as const;

/** The suites by name: what is not listed here is refused. eDelivery AS4 2.0 will be a second row. */
export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  'eDelivery-AS4-1.15': {
    name: 'eDelivery-AS4-1.15',
    clause: 'eDelivery AS4 1.15 1.4.2.6',
    canonicalization: only('canonicalization', URI.exclusiveC14n),
    attachmentTransform: only('attachment-transform', URI.attachmentContent),
    digest: only('digest', URI.sha256),
    signature: only('signature', URI.rsaSha256),
    dataEncryption: only('data-encryption', URI.aes128Gcm),
    keyEncryption: only('key-encryption', URI.rsaOaep, [URI.rsaOaepMgf1p]),
    keyEncryptionDigest: only('digest', URI.sha256, [URI.sha1]),
    maskGeneration: only('mask-generation', URI.mgf1Sha256, [URI.mgf1Sha1]),
  },
};

/** The algorithm a suite writes in a place. */
export function sentAlgorithm<S extends Slot>(suite: SuiteName, slot: S): SlotAlgorithm<S> {
  return row(slot, SUITES[suite], SUITES[suite][slot].send);
}

/** Where a URI stood and whether the P-Mode accepts old key transport. */
export interface AcceptanceContext {
  /** The element that carries the URI, for the finding. */
  readonly field: string;
  readonly acceptLegacyKeyTransport?: boolean | undefined;
}

/**
 * The algorithm behind a URI if the suite allows it in this place; otherwise throws EBMS:0103
 * `wss/algorithm-not-allowed`. Called before any key is used.
 */
export function acceptedAlgorithm<S extends Slot>(
  suite: SuiteName,
  slot: S,
  uri: string,
  context: AcceptanceContext,
): SlotAlgorithm<S> {
  const choice: Choice<AlgorithmKind> = SUITES[suite][slot];
  const allowed =
    context.acceptLegacyKeyTransport === true ? [...choice.accept, ...choice.legacy] : choice.accept;
  if (allowed.includes(uri)) return row(slot, SUITES[suite], uri);
  const known = findAlgorithm(choice.kind, uri);
  const switchable = choice.legacy.includes(uri);
  throw policyNoncompliance(
    'wss/algorithm-not-allowed',
    `The suite ${suite} does not allow ${known?.name ?? uri} in ${context.field}`,
    {
      check: 'algorithm-allowed',
      field: context.field,
      expected: allowed.join(' or '),
      found: known?.reason === undefined ? uri : `${uri} (${known.reason})`,
      advice: switchable
        ? 'Ask the partner to follow eDelivery AS4 1.15 1.4.2.6, or set acceptLegacyKeyTransport in the P-Mode.'
        : `Ask the partner to follow ${SUITES[suite].clause}.`,
    },
  );
}

function row<S extends Slot>(slot: S, suite: Suite, uri: string): SlotAlgorithm<S> {
  const found = findAlgorithm(suite[slot].kind, uri);
  if (found === undefined)
    throw new TypeError(`The suite table names ${uri}, which the algorithm table lacks`);
  return found as SlotAlgorithm<S>;
}
