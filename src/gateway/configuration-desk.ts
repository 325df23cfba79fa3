import type { CertificateView, ConfigurationDesk, ConfigurationView } from '../faces/rest/index.ts';
import { findingText } from '../load-agreements.ts';
import type { LoadedAgreements } from '../load-agreements.ts';
import { daysUntil } from './agreement-signals.ts';
import type { Opening } from './making.ts';

/** What the backend API shows and does about the configuration. */
export function configurationDesk({ reloader, node }: Pick<Opening, 'reloader' | 'node'>): ConfigurationDesk {
  return {
    certificates: () => reloader.current.loaded.certificates.map(certificateView),
    preview: () => reloader.preview(),
    reload: async () => {
      const report = await reloader.reload('api');
      // The other nodes have files of their own; but what is wrong here is most likely wrong there.
      if (report.outcome !== 'refused' || report.changes.length > 0) await node.askOthers();
      return report;
    },
    describe: async () => {
      const { digest, since, trigger, changes, atRestart, refusal } = reloader.state;
      const nodes = (await node.list()).map((one) => ({
        nodeId: one.nodeId,
        self: one.nodeId === node.nodeId,
        host: one.host,
        pid: one.pid,
        version: one.version,
        startedAt: iso(one.startedAt),
        seenAt: iso(one.seenAt),
        alive: one.alive,
        digest: one.digest,
        since: iso(one.since),
        agrees: one.digest === digest,
        refusal: one.refusal,
      }));
      return {
        digest,
        since: iso(since),
        trigger,
        changes,
        atRestart,
        refusal: refusal && { ...refusal, at: iso(refusal.at) },
        apiKeys: reloader.current.apiKeys?.map(({ name, created, expires }) => ({
          name,
          created: iso(created),
          expires: expires === undefined ? undefined : iso(expires),
        })),
        agree: nodes.every(({ alive, agrees }) => !alive || agrees),
        nodes,
      } satisfies ConfigurationView;
    },
  };
}

/** Days are counted from now: what was loaded may have been loaded long ago. */
function certificateView(entry: LoadedAgreements['certificates'][number]): CertificateView {
  const { alias, use, party, certificate, thumbprintSha256, findings } = entry;
  return {
    name: alias,
    use: use.split(', ') as CertificateView['use'][number][],
    parties: party === '' ? [] : party.split(', '),
    ...certificate,
    daysLeft: daysUntil(Date.parse(certificate.notAfter)),
    thumbprintSha256,
    findings: findings.map(findingText),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
