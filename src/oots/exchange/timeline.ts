import type { InboundMessage, OutboundStatus } from '../../msh/index.ts';
import type { RecordedDocument } from '../ports/index.ts';
import type { Preview } from './preview/preview-types.ts';
import type { ExchangeRecord } from './types.ts';

/** What can happen in an exchange. */
export type TimelineEvent =
  | 'request'
  | 'response'
  | 'error'
  | 'unreadable'
  | 'attempt'
  | 'receipt'
  | 'failed'
  | 'acknowledged'
  | 'expired'
  | 'taken'
  | 'preview-linked'
  | 'preview-opened'
  | 'preview-approved'
  | 'preview-refused'
  | 'preview-expired';

/** One thing that happened. Times are ms since the epoch. */
export interface TimelineEntry {
  readonly at: number;
  readonly event: TimelineEvent;
  readonly direction?: 'in' | 'out' | undefined;
  readonly messageId?: string | undefined;
  /** What there is to say, in a few words. */
  readonly detail?: string | undefined;
  /** Position among the documents, of one. */
  readonly document?: number | undefined;
}

/** Everything that happened in an exchange, in order: documents, attempts, receipts, and what came of them. */
export function timelineOf({
  exchange,
  documents,
  sent,
  received,
  preview,
}: ExchangeRecord): readonly TimelineEntry[] {
  const entries = documents.flatMap((document, index): readonly TimelineEntry[] => {
    const status = sent.get(document.rowId);
    const message = received.get(document.rowId);
    return [
      documentEntry(document, index),
      ...(status === undefined ? [] : sentEntries(status)),
      ...(message === undefined ? [] : receivedEntries(message)),
    ];
  });
  const ends: readonly TimelineEntry[] = [
    ...(exchange.state === 'expired' ? [{ at: exchange.changedAt, event: 'expired' } as const] : []),
    ...(exchange.takenAt === undefined ? [] : [{ at: exchange.takenAt, event: 'taken' } as const]),
  ];
  // Sorting is stable: what happened in one millisecond stays in the order in which it is known.
  const seen = preview === undefined ? [] : previewEntries(preview);
  return [...entries, ...seen, ...ends].sort((a, b) => a.at - b.at);
}

function documentEntry(
  { at, direction, messageId, facts, flaw }: RecordedDocument,
  document: number,
): TimelineEntry {
  const { kind, outcome, exception, previewLocation } = facts;
  const preview = previewLocation === undefined ? undefined : 'preview';
  const said = [outcome ?? preview, exception, flaw].filter((word) => word !== undefined && word !== '');
  return { at, event: kind, direction, messageId, document, ...detail(said.join(', ')) };
}

function sentEntries({ message, attempts }: OutboundStatus): readonly TimelineEntry[] {
  const { messageId, receipt, state, finishedAt, failure } = message;
  const common = { direction: 'out', messageId } as const;
  const pushed = attempts.map(({ number, startedAt, outcome, failure: why }): TimelineEntry => ({
    at: startedAt,
    event: 'attempt',
    ...common,
    ...detail([`${number}`, outcome, why?.code].filter((word) => word !== undefined).join(', ')),
  }));
  if (finishedAt === undefined) return pushed;
  if (receipt !== undefined) return [...pushed, { at: finishedAt, event: 'receipt', ...common }];
  if (state !== 'SEND_FAILURE') return pushed;
  return [...pushed, { at: finishedAt, event: 'failed', ...common, ...detail(failure?.code ?? '') }];
}

function receivedEntries({ messageId, receivedAt, downloadedAt }: InboundMessage): readonly TimelineEntry[] {
  const common = { direction: 'in', messageId } as const;
  return [
    { at: receivedAt, event: 'receipt', ...common },
    ...(downloadedAt === undefined ? [] : [{ at: downloadedAt, event: 'acknowledged', ...common } as const]),
  ];
}

function previewEntries(preview: Preview): readonly TimelineEntry[] {
  const { state, linkedAt, openedAt, decidedAt, expiredAt, accepted } = preview;
  const decided = state === 'approved' || state === 'refused' ? state : undefined;
  return [
    { at: linkedAt, event: 'preview-linked' },
    ...(openedAt === undefined ? [] : [{ at: openedAt, event: 'preview-opened' } as const]),
    ...(decided === undefined || decidedAt === undefined
      ? []
      : [{ at: decidedAt, event: `preview-${decided}`, ...detail(accepted?.join(', ') ?? '') } as const]),
    ...(expiredAt === undefined ? [] : [{ at: expiredAt, event: 'preview-expired' } as const]),
  ];
}

function detail(text: string): Pick<TimelineEntry, 'detail'> {
  return text === '' ? {} : { detail: text };
}
