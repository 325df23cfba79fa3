import { isPlainHttp } from '../protocol/pmode/index.ts';
import type { Partner } from './patient.ts';
import type { Check, Note, Verdict } from './types.ts';
import { SOON_DAYS, byNotes, count, daysUntil } from './verdicts.ts';

/** Answers that say the path leads nowhere, or that what stands before the partner cannot reach it. */
const LOST: Readonly<Record<number, string>> = {
  404: 'Nothing is known at this path: compare the address in the P-Mode with the one the partner published.',
  502: 'A proxy before the partner does not reach it: tell the partner.',
  503: 'The partner takes nothing at present: try again later.',
  504: 'A proxy before the partner does not reach it: tell the partner.',
};

function plainHttp(address: string): Verdict {
  if (!isPlainHttp(address)) return { outcome: 'ok', found: 'plain http within this machine' };
  return {
    outcome: 'warning',
    found: 'plain http: whoever is on the way sees who talks to whom, and can stop it',
    advice: 'Ask the partner for an https address.',
  };
}

/** The way to a partner, as a message would take it. */
export const LINE_CHECKS: readonly Check<Partner>[] = [
  {
    name: 'dns',
    asks: 'whether the host name of the partner resolves',
    run: async ({ line }) => {
      if (line === undefined)
        return { outcome: 'skipped', found: 'it has no address: nothing is sent to it' };
      const addresses = await line.resolve();
      return { outcome: 'ok', found: `${line.place} is ${addresses.join(', ')}` };
    },
  },
  {
    name: 'tcp',
    asks: 'whether each address of the partner takes a connection',
    needs: ['dns'],
    run: async ({ line }, signal) => {
      const reached = await line!.connect(AbortSignal.any([signal, AbortSignal.timeout(10_000)]));
      const good = reached.filter(({ failed }) => failed === undefined);
      const notes = reached
        .filter(({ failed }) => failed !== undefined)
        .map(({ address, failed }): Note => ({
          severity: 'warning',
          text: `${address} does not answer (${failed}): a push may lose time there.`,
        }));
      return byNotes(good.map(({ address, tookMs }) => `${address} in ${tookMs} ms`).join(', '), notes);
    },
  },
  {
    name: 'tls',
    asks: 'protocol, certificate, chain and name that the partner shows',
    needs: ['tcp'],
    run: async ({ line, party }, signal) => {
      if (!line!.secure) return plainHttp(party.address!);
      const { protocol, cipher, certificate, issuers } = await line!.handshake(signal);
      const chain = [certificate, ...issuers];
      const notes = chain.flatMap(({ subject, notAfter }): readonly Note[] => {
        const left = daysUntil(new Date(notAfter));
        return left < SOON_DAYS
          ? [{ severity: 'warning', text: `${subject} expires in ${count(left, 'day')}, on ${notAfter}.` }]
          : [];
      });
      const left = count(daysUntil(new Date(certificate.notAfter)), 'day');
      return byNotes(
        `${protocol} ${cipher}; ${certificate.subject} by ${issuers.at(-1)?.subject ?? certificate.issuer}, ${left} left`,
        notes,
      );
    },
  },
  {
    name: 'http',
    asks: 'whether an HTTP server answers there, without a message',
    needs: ['tls'],
    run: async ({ line, patient, name }, signal) => {
      const { status, server, aheadMs, tookMs } = await line!.greet(signal);
      if (aheadMs !== undefined) patient.ahead.set(name, aheadMs);
      const found = `HTTP ${status} in ${tookMs} ms${server === undefined ? '' : `, ${server}`}`;
      const advice = LOST[status];
      return advice === undefined ? { outcome: 'ok', found } : { outcome: 'warning', found, advice };
    },
  },
];
