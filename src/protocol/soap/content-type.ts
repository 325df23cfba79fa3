/** Media types of a SOAP 1.2 part. XOP wraps it at one real peer; its includes are never resolved (CVE-2022-46364). */
const SOAP_TYPES: readonly string[] = ['application/soap+xml', 'application/xop+xml'];

/** True for the Content-Type of a SOAP part, parameters and letter case aside (SOAP 1.2 part 2, 7.1.4). */
export function isSoapContentType(contentType: string): boolean {
  return SOAP_TYPES.includes((contentType.split(';', 1)[0] ?? '').trim().toLowerCase());
}
