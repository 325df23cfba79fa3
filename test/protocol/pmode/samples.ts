import { stringify } from 'yaml';
import { parsePMode } from '../../../src/protocol/pmode/index.ts';
import type { PMode, PModeProblem } from '../../../src/protocol/pmode/index.ts';

export type Sample = Record<string, unknown>;

export const unregistered = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered';
export const values = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';
export const testLeg = { name: 'test', service: `${values}service`, action: `${values}test` };

/** A small OOTS agreement between AP_A and AP_B in which nothing is wrong; we are AP_A. */
export function ootsSample(changes: Sample = {}): Sample {
  return {
    profile: 'oots',
    parties: { AP_A: party('A'), AP_B: party('B') },
    initiator: 'AP_A',
    responder: 'AP_B',
    ...changes,
  };
}

/** A small agreement of the common profile with one leg and the test service; nothing is wrong. */
export function plainSample(changes: Sample = {}): Sample {
  return {
    parties: { AP_A: party('A'), AP_B: party('B') },
    initiator: { party: 'AP_A', role: 'urn:example:roles:asker' },
    responder: { party: 'AP_B', role: 'urn:example:roles:answerer' },
    legs: [{ name: 'ask', service: 'urn:example:service', action: 'Ask' }, testLeg],
    ...changes,
  };
}

export function party(letter: string, changes: Sample = {}): Sample {
  return {
    ids: [{ value: `AP_${letter}`, type: `${unregistered}:X${letter}` }],
    address: `https://ap-${letter.toLowerCase()}.example/as4`,
    certificates: `ap_${letter.toLowerCase()}.pem`,
    ...changes,
  };
}

export function problemsOf(sample: Sample | string, self = 'AP_A'): readonly PModeProblem[] {
  const text = typeof sample === 'string' ? sample : stringify(sample);
  return parsePMode(text, 'sample.yaml', { self }).problems;
}

export function pmodeOf(sample: Sample, options: { self?: string; file?: string } = {}): PMode {
  const { self = 'AP_A', file = 'sample.yaml' } = options;
  const { pmode, problems } = parsePMode(stringify(sample), file, { self });
  if (pmode === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return pmode;
}
