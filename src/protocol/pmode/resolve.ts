import { testService } from '../ebms/index.ts';
import type { AgreementRef, PartyId } from '../ebms/index.ts';
import type { LegFile, PModeFile, PartyFile } from './file-shape.ts';
import { propertyRule, typedValue } from './file-shape.ts';
import { mergeLayers } from './layers.ts';
import type { Layer, Origin } from './layers.ts';
import type { SettingPath } from './problems.ts';
import { pathText } from './problems.ts';
import { profileChain } from './profiles.ts';
import type { Leg, LegSecurity, LegSender, Mep, MepBinding, PartyCertificates } from './types.ts';
import { parseDuration, parseSize } from './units.ts';

/** A party of a file with its shorthands written out, not yet checked. */
export interface PartyDraft {
  readonly name: string;
  readonly at: SettingPath;
  readonly partyIds: readonly PartyId[];
  /** Trimmed. */
  readonly address: string | undefined;
  readonly allowPlainHttp: boolean;
  readonly country: string | undefined;
  readonly certificates: PartyCertificates;
}

/** Initiator or responder of a file. */
export interface SideDraft {
  readonly at: SettingPath;
  readonly party: string | undefined;
  readonly role: string | undefined;
}

/** A leg with everything the profile and the defaults bring, and where each value came from. */
export interface LegDraft {
  readonly at: SettingPath;
  readonly leg: Omit<Leg, 'service' | 'action'> & Partial<Pick<Leg, 'service' | 'action'>>;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** A P-Mode file with profile and defaults laid under it: what the named checks look at. */
export interface PModeDraft {
  readonly id: string;
  readonly file: PModeFile;
  readonly mep: Mep;
  readonly binding: MepBinding;
  readonly agreement: AgreementRef | undefined;
  readonly parties: ReadonlyMap<string, PartyDraft>;
  readonly initiator: SideDraft;
  readonly responder: SideDraft;
  readonly legs: readonly LegDraft[];
}

/** A leg after merging; the common profile sets everything that is not optional here. */
type SettledLeg = Pick<LegFile, 'service' | 'action' | 'replyLeg' | 'sender' | 'delivery'> & {
  readonly mpc: string;
  readonly properties: NonNullable<LegFile['properties']>;
  readonly closedProperties: boolean;
  readonly payload: {
    readonly minParts: number;
    readonly maxParts: number;
    readonly maxPartSize: string | number;
    readonly maxMessageSize: string | number;
    readonly mimeTypes?: readonly string[];
  };
  readonly compress: boolean;
  readonly security: LegSecurity;
  readonly receptionAwareness: {
    readonly retries: number;
    readonly window: string;
    readonly strategy: 'constant' | 'progressive' | 'once';
    readonly duplicateDetection: boolean;
  };
  readonly notify: Leg['notify'];
  readonly documentCheck: Leg['documentCheck'];
};

/** Keys whose value is replaced as a whole when a stronger layer names it. */
const WHOLE: ReadonlySet<string> = new Set(['service']);

/** Lays a file over its profile and writes the shorthands out. `file.id` falls back to the name of the file. */
export function resolvePMode(file: PModeFile, fileName: string): PModeDraft {
  const chain = profileChain(file.profile ?? 'common');
  const role = chain.map((profile) => profile.values.role).findLast((one) => one !== undefined);
  const mep = file.mep ?? chain.map((one) => one.values.mep).findLast((one) => one !== undefined) ?? 'oneWay';
  return {
    id: file.id ?? nameOfFile(fileName),
    file,
    mep,
    binding: file.binding ?? (mep === 'twoWay' ? 'pushAndPush' : 'push'),
    agreement: file.agreement === undefined ? undefined : typedValue(file.agreement),
    parties: new Map(
      Object.entries(file.parties ?? {}).map(([name, one]) => [name, resolveParty(name, one)]),
    ),
    initiator: resolveSide(file.initiator, 'initiator', role),
    responder: resolveSide(file.responder, 'responder', role),
    legs: resolveLegs(file),
  };
}

/** `a/b/oots-fr-de.yaml` names the agreement `oots-fr-de`. */
function nameOfFile(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  return base.replace(/\.ya?ml$/i, '');
}

function resolveSide(side: PModeFile['initiator'], at: string, role: string | undefined): SideDraft {
  if (typeof side === 'string') return { at: [at], party: side, role };
  return { at: [at], party: side?.party, role: side?.role ?? role };
}

function resolveParty(name: string, party: PartyFile): PartyDraft {
  return {
    name,
    at: ['parties', name],
    partyIds: (party.ids ?? []).map(typedValue),
    address: party.address?.trim(),
    allowPlainHttp: party.allowPlainHttp ?? false,
    country: party.country,
    certificates: resolveCertificates(party.certificates),
  };
}

function resolveCertificates(written: PartyFile['certificates']): PartyCertificates {
  if (typeof written === 'string') return { signing: [written], encryption: [written], anchors: [] };
  const subject = written?.subject;
  return {
    signing: asList(written?.signing),
    encryption: asList(written?.encryption),
    anchors: asList(written?.anchors),
    ...(subject === undefined ? {} : { subject }),
  };
}

function asList(names: string | readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names;
}

/** Whoever states only one of `retries: 0` and `strategy: once` means both. */
function fitRetries(
  { receptionAwareness }: SettledLeg,
  origins: ReadonlyMap<string, Origin>,
): SettledLeg['receptionAwareness'] {
  const stated = (key: string) => origins.get(`receptionAwareness.${key}`)?.label === 'this file';
  const { retries, strategy } = receptionAwareness;
  if (strategy === 'once' && !stated('retries')) return { ...receptionAwareness, retries: 0 };
  if (retries === 0 && !stated('strategy')) return { ...receptionAwareness, strategy: 'once' };
  return receptionAwareness;
}

/** Values of a leg that follow from others when nobody states them. */
const DERIVED: Readonly<Record<string, string>> = {
  name: 'follows from the action',
  sender: 'follows from the reply legs',
  delivery: 'follows from the service',
};

function withDerived(
  origins: ReadonlyMap<string, Origin>,
  path: SettingPath,
  fitted: readonly string[],
): ReadonlyMap<string, Origin> {
  const derived = Object.entries(DERIVED).filter(([key]) => !origins.has(key));
  const retries = fitted.map((key): [string, string] => [
    `receptionAwareness.${key}`,
    'follows from the other of retries and strategy',
  ]);
  const more = [...derived, ...retries].map(([key, label]): [string, Origin] => [key, { label, path }]);
  return new Map([...origins, ...more]);
}

interface LegSource {
  readonly name: string;
  readonly at: SettingPath;
  readonly layers: readonly Layer[];
}

function resolveLegs(file: PModeFile): readonly LegDraft[] {
  const merged = legSources(file).map((source) => ({
    source,
    ...mergeLayers<SettledLeg>(source.layers, WHOLE),
  }));
  const replies = new Set(merged.map(({ value }) => value.replyLeg));
  return merged.map(({ source, value, origins }) => {
    const derivedSender: LegSender = replies.has(source.name) ? 'responder' : 'initiator';
    const receptionAwareness = fitRetries(value, origins);
    const fitted = RETRY_KEYS.filter((key) => receptionAwareness[key] !== value.receptionAwareness[key]);
    return {
      at: source.at,
      origins: withDerived(origins, source.at, fitted),
      leg: settle(source.name, { ...value, receptionAwareness }, derivedSender),
    };
  });
}

const RETRY_KEYS = ['retries', 'strategy'] as const;

function legSources(file: PModeFile): readonly LegSource[] {
  const chain = profileChain(file.profile ?? 'common');
  const written = file.legs ?? [];
  const taken = new Set<number>();
  const fromProfile = chain.flatMap((profile) => profile.values.legs ?? []);
  const kept = fromProfile.filter((leg) => !(file.omitLegs ?? []).includes(leg.name ?? ''));
  const profileLegs = kept.map((leg) => {
    const index = written.findIndex((one) => one.name === leg.name);
    if (index >= 0) taken.add(index);
    return source(file, leg.name ?? '', leg, index);
  });
  const ownLegs = written.flatMap((leg, index) =>
    taken.has(index) ? [] : [source(file, leg.name ?? legName(leg, index), undefined, index)],
  );
  return [...profileLegs, ...ownLegs];
}

function source(file: PModeFile, name: string, fromProfile: LegFile | undefined, index: number): LegSource {
  const at: SettingPath = index >= 0 ? ['legs', index] : ['profile'];
  const profile = file.profile ?? 'common';
  const brought = (label: string, value: unknown): Layer => ({
    origin: { label, path: label === 'default' ? at : ['profile'] },
    value,
    located: label === 'default' && index >= 0,
  });
  const layers = [
    ...profileChain(profile).map((one) =>
      brought(one.name === 'common' ? 'default' : `profile ${one.name}`, one.values.legDefaults),
    ),
    brought(`profile ${profile}`, fromProfile),
    { origin: { label: 'this file', path: ['legDefaults'] }, value: file.legDefaults },
    { origin: { label: 'this file', path: at }, value: index >= 0 ? file.legs?.[index] : undefined },
  ];
  return { name, at, layers };
}

function legName(leg: LegFile, index: number): string {
  const word =
    leg.action
      ?.split(/[/#:]/)
      .at(-1)
      ?.replace(/[^A-Za-z0-9._-]/g, '-') ?? '';
  return /^[A-Za-z0-9]/.test(word) ? word : `leg-${index + 1}`;
}

function settle(name: string, value: SettledLeg, derivedSender: LegSender): LegDraft['leg'] {
  const service = value.service === undefined ? undefined : typedValue(value.service);
  const { payload, receptionAwareness } = value;
  return {
    name,
    sender: value.sender ?? (service?.value === testService ? 'either' : derivedSender),
    ...(service === undefined ? {} : { service }),
    ...(value.action === undefined ? {} : { action: value.action }),
    mpc: value.mpc,
    properties: value.properties.map(propertyRule),
    closedProperties: value.closedProperties,
    payload: {
      ...payload,
      maxPartSize: parseSize(payload.maxPartSize),
      maxMessageSize: parseSize(payload.maxMessageSize),
    },
    compress: value.compress,
    security: value.security,
    receptionAwareness: { ...receptionAwareness, window: parseDuration(receptionAwareness.window) },
    ...(value.replyLeg === undefined ? {} : { replyLeg: value.replyLeg }),
    documentCheck: value.documentCheck,
    notify: value.notify,
    delivery: value.delivery ?? (service?.value === testService ? 'none' : 'inbox'),
  };
}

/** Where a reader should look for a value of a leg: where it was written, or where it was brought in. */
export function whereInLeg(leg: LegDraft, ...path: SettingPath): SettingPath {
  const fallback = leg.at[0] === 'profile' ? leg.at : [...leg.at, ...path];
  return leg.origins.get(pathText(path))?.path ?? fallback;
}
