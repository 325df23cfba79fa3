import { nameAttributes } from '../../protocol/pki/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';

/** The OU that marks an authority of the demonstration and everything it issues. */
export const DEMO_UNIT = 'Quoin demonstration - not for production';

/** True for a certificate made by or for the demonstration: its key is worth nothing. */
export function isDemoCertificate({ subject, issuer }: Pick<Certificate, 'subject' | 'issuer'>): boolean {
  return [subject, issuer].some((name) => nameAttributes(name)['OU']?.includes(DEMO_UNIT) ?? false);
}
