import { isQuoinError } from '../protocol/errors/index.ts';
import { parseCertificates } from '../protocol/pki/index.ts';
import { tryListening } from '../world/http/index.ts';
import type { Certificate } from '../protocol/pki/index.ts';
import type { Patient } from './patient.ts';
import type { Check, Note, Verdict } from './types.ts';
import { SOON_DAYS, byNotes, count, daysUntil } from './verdicts.ts';

/** Whether an access point runs, and whether its doors can be opened. */
export const DOOR_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'running',
    asks: 'whether an access point answers at the backend API',
    run: running,
  },
  ...(['as4', 'api', 'operations'] as const).map((name): Check<Patient> => ({
    name: `listener-${name}`,
    asks: 'whether its address can be listened on, or the access point does so already',
    needs: ['configuration'],
    run: (patient) => door(patient, name),
  })),
  {
    name: 'listener-tls',
    asks: 'whether the door for partners can show its certificate, and how long it is valid',
    needs: ['configuration'],
    run: async ({ doorTls, config }) => {
      const tls = await doorTls();
      if (tls === undefined)
        return { outcome: 'skipped', found: 'no TLS of its own: something in front must speak it' };
      const [leaf] = parseCertificates(tls.certificate);
      const notes = expiring(leaf!);
      const { certificate } = config!.listeners.as4.tls!;
      return byNotes(
        `${leaf!.facts.subject} of ${certificate}, ${count(daysUntil(leaf!.notAfter), 'day')} left`,
        notes,
        {
          certificate: notes.length > 0 ? leaf!.facts : undefined,
        },
      );
    },
  },
  {
    name: 'outbound-tls',
    asks: 'whom we trust towards partners, and which certificate of ours we show',
    needs: ['configuration'],
    run: outbound,
  },
];

async function running({ isRunning, api }: Patient): Promise<Verdict> {
  if (api === undefined)
    return {
      outcome: 'skipped',
      found: 'the configuration cannot be used, so nothing says where the access point answers',
      advice: 'Correct the configuration, or say where it is with --api.',
    };
  if (await isRunning()) return { outcome: 'ok', found: `an access point answers at ${api}` };
  return {
    outcome: 'skipped',
    found: `no access point answers at ${api}: nothing is asked of it`,
    advice: 'Start it with quoin serve, or say where it is with --api.',
  };
}

function expiring({ notAfter, facts }: Certificate): readonly Note[] {
  const left = daysUntil(notAfter);
  if (left >= SOON_DAYS) return [];
  const [severity, says] = left < 0 ? (['error', 'expired'] as const) : (['warning', 'expires'] as const);
  const text = `${facts.subject} ${says} on ${notAfter.toISOString()}: put the next one in its place.`;
  return [{ severity, text }];
}

/** Whose certificate of ours partners ask for, and whom we trust. */
async function outbound({ outboundTls, config }: Patient): Promise<Verdict> {
  const { ca, certificate } = await outboundTls();
  const trusted =
    ca === undefined
      ? 'the authorities that come with Node'
      : `the authorities of ${config!.outbound.tls.authorities.join(', ')}`;
  const [leaf] = certificate === undefined ? [] : parseCertificates(certificate);
  if (leaf === undefined) return { outcome: 'ok', found: `trusts ${trusted}; shows no certificate of ours` };
  return byNotes(`trusts ${trusted}; shows ${leaf.facts.subject}`, expiring(leaf));
}

async function door({ config, isRunning }: Patient, name: 'as4' | 'api' | 'operations'): Promise<Verdict> {
  const { host, port } = config!.listeners[name];
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (port === 0) return { outcome: 'ok', found: `${host}, any free port` };
  try {
    await tryListening(name, host, port);
    return { outcome: 'ok', found: `${place} is free` };
  } catch (error) {
    if (isQuoinError(error) && error.code === 'http/port-taken' && (await isRunning()))
      return { outcome: 'ok', found: `${place} is taken, and the access point runs` };
    throw error;
  }
}
