import { bytesText, facts, plain, styled } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** An exchange as the API shows it, as far as it is printed. */
export interface ExchangeView {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly outcome?: string;
  readonly exception?: string;
  readonly partner: string;
  readonly pmode: string;
  readonly party?: string;
  readonly counterparty?: string;
  readonly version: string;
  readonly conversationId: string;
  readonly exchangeId?: string;
  readonly requestId: string;
  readonly procedure?: string;
  readonly evidenceType?: string;
  readonly previewLocation?: string;
  readonly preview?: { readonly state: string };
  readonly availableAt?: string;
  readonly createdAt: string;
  readonly dueAt?: string;
  readonly takenAt?: string;
  readonly evidence?: readonly {
    readonly title?: string;
    readonly role: string;
    readonly format?: string;
    readonly size?: number;
  }[];
  readonly timeline?: readonly {
    readonly at: string;
    readonly event: string;
    readonly direction?: 'in' | 'out';
    readonly messageId?: string;
    readonly detail?: string;
  }[];
}

/** What each entry of a timeline is called. */
const EVENTS: Readonly<Record<string, string>> = {
  request: 'request',
  response: 'answer',
  error: 'exception',
  unreadable: 'unreadable document',
  attempt: 'attempt',
  receipt: 'receipt',
  failed: 'not delivered',
  acknowledged: 'taken from the inbox',
  expired: 'nobody answered in time',
  taken: 'answer taken by the backend',
  'preview-linked': 'preview link made',
  'preview-opened': 'preview opened by the citizen',
  'preview-approved': 'approved in the preview',
  'preview-refused': 'refused in the preview',
  'preview-expired': 'preview over without a decision',
};

const ARROWS = { in: '<-', out: '->' } as const;

const STYLES: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  answered: 'green',
  expired: 'red',
  failed: 'red',
};

/** An exchange for a person: what it is, what is in it, and what happened when. */
export function exchangeLines(terminal: Pick<Terminal, 'colour'>, view: ExchangeView): readonly string[] {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const state = [view.state, view.outcome, view.exception].filter((word) => word !== undefined).join(', ');
  write(`${plain(view.id)}  ${styled(terminal, STYLES[view.state] ?? 'yellow', state)}`);
  facts(write, [
    ['role', view.role === 'requester' ? 'requester: we asked' : 'provider: we were asked'],
    ['partner', `${view.partner} (P-Mode ${view.pmode})`],
    ['for', corners(view)],
    ['EDM', view.version],
    ['procedure', view.procedure],
    ['evidence type', view.evidenceType],
    ['conversation', view.conversationId],
    ['exchange', view.exchangeId],
    ['last request', view.requestId],
    ['preview', view.previewLocation],
    ['preview is', view.preview?.state],
    ['ask again at', view.availableAt],
    ['begun', view.createdAt],
    ['due', view.dueAt],
    ['taken', view.takenAt],
  ]);
  const { evidence = [], timeline = [] } = view;
  if (evidence.length > 0) write('');
  for (const { title = '(no title)', role, format = '', size } of evidence) {
    const bytes = size === undefined ? 'no longer kept' : bytesText(size);
    write(plain(`  ${role}  ${title}  ${format}  ${bytes}`));
  }
  if (timeline.length > 0) write('');
  for (const entry of timeline) write(entryLine(entry));
  return lines;
}

function corners({ party, counterparty }: ExchangeView): string | undefined {
  if (party === undefined && counterparty === undefined) return undefined;
  return `${party ?? '?'}, with ${counterparty ?? '?'}`;
}

function entryLine(entry: NonNullable<ExchangeView['timeline']>[number]): string {
  const { at, event, direction, messageId, detail } = entry;
  const what = EVENTS[event] ?? event;
  const arrow = direction === undefined ? '  ' : ARROWS[direction];
  const said = detail === undefined ? '' : `: ${detail}`;
  return plain(`  ${at}  ${arrow} ${what}${said}${messageId === undefined ? '' : `  ${messageId}`}`);
}
