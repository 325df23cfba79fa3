import { QuoinError } from '../errors/index.ts';

/** One block of a PEM text (RFC 7468): its label and its DER, or its complete text where it is encrypted in the old way. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
  readonly text: string;
}

/** Bounds for a PEM file: characters and blocks. */
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_BLOCKS = 1000;

/** All blocks of a PEM text, in order. Throws `pki/pem-too-large` and `pki/pem-broken`. */
export function pemBlocks(text: string): readonly PemBlock[] {
  if (text.length > MAX_LENGTH)
    throw new QuoinError('pki/pem-too-large', `A PEM text may have ${MAX_LENGTH} characters.`);
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at)) {
    const block = blockAt(text, at);
    if (blocks.push(block) > MAX_BLOCKS)
      throw new QuoinError('pki/pem-too-large', `A PEM text may have ${MAX_BLOCKS} blocks.`);
    at += block.text.length;
  }
  return blocks;
}

function blockAt(text: string, at: number): PemBlock {
  const label = /^-----BEGIN ([A-Z0-9 ]{1,64})-----/.exec(text.slice(at, at + 90))?.[1];
  const footer = `-----END ${label ?? ''}-----`;
  const end = label === undefined ? -1 : text.indexOf(footer, at);
  if (label === undefined || end === -1)
    throw new QuoinError('pki/pem-broken', `The PEM block ${label ?? ''} has no end line.`);
  const body = text.slice(at + `-----BEGIN ${label}-----`.length, end);
  return { label, der: decode(body, label), text: text.slice(at, end + footer.length) };
}

function decode(body: string, label: string): Buffer {
  // Headers (Proc-Type, DEK-Info) stand before an empty line.
  const base64 = body.replace(/^\s*(?:[A-Za-z-]+:[^\n]*\n)+\s*\n/, '').replace(/\s+/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new QuoinError('pki/pem-broken', `The PEM block ${label} is not base64.`);
  return der;
}

/** A DER value as PEM text with lines of 64 characters and a final line end. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
