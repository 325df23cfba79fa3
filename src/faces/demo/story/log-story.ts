import type { LogEvent } from '../gateways/gateway-process.ts';
import type { Narrator } from './narrator.ts';

/** How an event is told; undefined details are left out. */
interface Telling {
  readonly text: (event: LogEvent) => string;
  readonly details?: (event: LogEvent) => readonly (string | undefined)[];
  readonly bad?: boolean;
}

/** The events of a gateway's log that make the story, each with its words. */
const TELLINGS: Readonly<Record<string, Telling>> = {
  'gateway/listening': {
    text: (event) => `listens for partners at ${text(event['as4'])}, for backends at ${text(event['api'])}`,
  },
  'submit/kept': {
    text: (event) => `keeps ${text(event['action'])} durably and queues it`,
    details: (event) => [partsText(event['parts'])],
  },
  'send/pushing': {
    text: (event) =>
      `pushes ${text(event['bytes'])} bytes to ${text(event['partner'])}, attempt ${text(event['attempt'])}`,
    details: (event) => [coverText('signed', event['signed']), coverText('encrypted', event['encrypted'])],
  },
  'receive/signature-verified': {
    text: (event) => `verified the signature of ${text(event['partner'])} before taking payload bytes`,
    details: (event) => [`signer ${text(event['signer'])}`],
  },
  'receive/payloads-opened': { text: () => 'decrypted the payloads; every digest agrees' },
  'receive/kept': {
    text: (event) => `keeps ${text(event['action'])} durably and answers with a signed receipt`,
    details: (event) => [`message ${text(event['messageId'])}`, `receipt ${text(event['receiptId'])}`],
  },
  'send/receipt-verified': {
    text: (event) => `verified the receipt, digest by digest, after ${text(event['tookMs'])} ms`,
    details: (event) => [`receipt ${text(event['receiptId'])}`],
  },
  'send/waiting-for-retry': {
    text: (event) => `will try again at ${text(event['nextAttemptAt'])}`,
    details: failureText,
    bad: true,
  },
  'send/failed': { text: () => 'could not deliver', details: failureText, bad: true },
  'receive/refused': {
    text: (event) => `refused a message at ${text(event['step'])}`,
    details: failureText,
    bad: true,
  },
  'receive/defect': { text: (event) => `failed at ${text(event['step'])}`, details: failureText, bad: true },
};

/** Tells one event of a gateway's log, if it belongs to the story. */
export function narrate(narrator: Narrator, who: string, event: LogEvent): void {
  const telling = TELLINGS[event.event];
  if (telling === undefined) return;
  const details = (telling.details?.(event) ?? []).filter((line) => line !== undefined);
  narrator.step({ at: Date.parse(event.time), who, text: telling.text(event), details, bad: telling.bad });
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}

function coverText(label: string, value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0
    ? `${label.padEnd(9)} ${value.map(coveredText).join(', ')}`
    : undefined;
}

/** References by what they name: header and Body go by id, payload parts by Content-ID. */
function coveredText(uri: unknown): string {
  const name = text(uri);
  if (name.startsWith('cid:')) return `part ${name.slice(4, 12)}…`;
  return name.endsWith('-Body') ? 'SOAP Body' : 'eb:Messaging';
}

function partsText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as { mimeType?: string; bytes?: number; kept?: number }[])
    .map(
      (part) =>
        `${text(part.mimeType)} ${text(part.bytes)} bytes${part.kept === part.bytes ? '' : `, ${text(part.kept)} as kept`}`,
    )
    .join('; ');
}

function failureText(event: LogEvent): readonly (string | undefined)[] {
  const failure = event['failure'] as
    { message?: string; finding?: { found?: string; advice?: string } } | undefined;
  return [failure?.message, failure?.finding?.found, failure?.finding?.advice];
}
