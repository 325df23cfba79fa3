/**
 * The octets of an `xs:base64Binary` value, or undefined when it is not exactly that: white space may stand anywhere
 * in it (peers break lines), anything else foreign, wrong padding and stray bits may not. `maxBytes` bounds the result.
 */
export function decodeBase64(text: string, maxBytes: number): Buffer | undefined {
  if (text.length > maxBytes * 3) return undefined;
  const digits = text.replace(/[ \t\r\n]+/g, '');
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return undefined;
  const octets = Buffer.from(digits, 'base64');
  return octets.length <= maxBytes && octets.toString('base64') === digits ? octets : undefined;
}
