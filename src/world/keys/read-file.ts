import { open } from 'node:fs/promises';
import { QuoinError } from '../../protocol/errors/index.ts';
import { parseCertificate, parseCertificates } from '../../protocol/pki/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';

/** Bytes of a key or certificate file. */
const MAX_FILE = 4 * 1024 * 1024;

/** A file of keys or certificates as read. */
export interface KeyFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Everybody on the machine may read it. */
  readonly isOpen: boolean;
}

/** Reads a file whole, under a limit; throws what the system throws, and `keys/file-too-large`. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const handle = await open(path, 'r');
  try {
    const { size, mode } = await handle.stat();
    if (size > MAX_FILE)
      throw new QuoinError('keys/file-too-large', `A key or certificate file may have ${MAX_FILE} bytes.`);
    return { path, bytes: await handle.readFile(), isOpen: (mode & 0o004) !== 0 };
  } finally {
    await handle.close();
  }
}

/** The certificates of a file, PEM or DER, in order; throws what `parseCertificates` throws. */
export function certificatesIn({ bytes }: KeyFile): readonly Certificate[] {
  return bytes[0] === 0x30 ? [parseCertificate(bytes)] : parseCertificates(bytes);
}
