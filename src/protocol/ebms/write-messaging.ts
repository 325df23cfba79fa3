import { NS, element } from '../xml/index.ts';
import { written } from './write-fields.ts';

/** What goes into one `eb:Messaging` header block. */
export interface MessagingParts {
  /** Finished units: what `writeUserMessage`, `writeReceipt` and `writeErrorSignal` gave. */
  readonly units: string;
  /** Becomes `wsu:Id`, which the signature refers to; an NCName. */
  readonly id: string;
}

/** The `eb:Messaging` header block as text that declares all it uses (ebMS3 5.2). Throws `ebms/unwritable-value`. */
export function writeMessaging({ units, id }: MessagingParts): string {
  return element(
    'eb:Messaging',
    {
      'xmlns:eb': NS.EB,
      'xmlns:S12': NS.S12,
      'xmlns:wsu': NS.WSU,
      'S12:mustUnderstand': 'true',
      'wsu:Id': written('elementId', id, 'eb:Messaging/@wsu:Id'),
    },
    units,
  );
}
