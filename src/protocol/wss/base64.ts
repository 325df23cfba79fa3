/**
 * The octets of an `xs:base64Binary` value, or undefined when it is not exactly that: white space may stand anywhere
 * in it (peers break lines), anything else foreign, wrong padding and stray bits may not. `maxBytes` bounds the result.
 */
export function decodeBase64(text: string, maxBytes: number): Buffer | undefined {
  if (text.length > maxBytes * 3) return undefined;
  const digits = SPACE.test(text) ? text.replace(SPACES, '') : text;
  if (digits.length % 4 !== 0 || !DIGITS.test(digits)) return undefined;
  const octets = Buffer.from(digits, 'base64');
  return octets.length <= maxBytes && endsAs(octets, digits) ? octets : undefined;
}

const SPACE = /[ \t\r\n]/;
const SPACES = /[ \t\r\n]+/g;
const DIGITS = /^[A-Za-z0-9+/]*={0,2}$/;

/** Only the last four digits can hold stray bits or wrong padding: each four before them are three octets. */
function endsAs(octets: Buffer, digits: string): boolean {
  const last = Math.max(0, digits.length - 4);
  return octets.toString('base64', (last / 4) * 3) === digits.slice(last);
}
