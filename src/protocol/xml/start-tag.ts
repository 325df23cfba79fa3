/** Bytes with a meaning in XML markup. */
export const MARK = {
  lt: 0x3c,
  gt: 0x3e,
  slash: 0x2f,
  bang: 0x21,
  question: 0x3f,
  equals: 0x3d,
  ampersand: 0x26,
  doubleQuote: 0x22,
  singleQuote: 0x27,
  space: 0x20,
} as const;

/** Counts of one start tag; the caller brings the object, so that a large document needs only one. */
export interface StartTag {
  /** Index behind the tag; -1 when it does not end. */
  end: number;
  /** Attributes and namespace declarations. */
  attributes: number;
  namespaces: number;
  /** Namespace declarations whose value holds a reference. */
  escapedNamespaces: number;
  /** True for `<a/>`. */
  empty: boolean;
}

/** Up to here it is quicker to look at each byte than to call the search of the runtime. */
const NEAR = 48;

/** The index of a byte at or behind `from`, or -1. */
export function find(bytes: Buffer, byte: number, from: number): number {
  const near = Math.min(bytes.length, from + NEAR);
  for (let at = from; at < near; at += 1) if (bytes[at] === byte) return at;
  return near === bytes.length ? -1 : bytes.indexOf(byte, near);
}

/** Reads the start tag whose `<` stands at `at`: what is between quotes is skipped, everything else is looked at. */
export function readStartTag(bytes: Buffer, at: number, tag: StartTag): void {
  Object.assign(tag, { end: -1, attributes: 0, namespaces: 0, escapedNamespaces: 0, empty: false });
  let nameAt = -1;
  for (let index = at + 1; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    if (byte === MARK.gt) {
      tag.empty = bytes[index - 1] === MARK.slash;
      tag.end = index + 1;
      return;
    }
    if (byte === MARK.doubleQuote || byte === MARK.singleQuote) {
      const end = find(bytes, byte, index + 1);
      if (end < 0) return;
      countAttribute(bytes, nameAt, index, end, tag);
      index = end;
      nameAt = end + 1;
    } else if (byte <= MARK.space) {
      const next = behindSpace(bytes, index);
      if (!isInsideAttribute(bytes[next])) nameAt = next;
      index = next - 1;
    }
  }
}

function countAttribute(bytes: Buffer, nameAt: number, start: number, end: number, tag: StartTag): void {
  tag.attributes += 1;
  if (!isNamespaceDeclaration(bytes, nameAt)) return;
  tag.namespaces += 1;
  if (bytes.subarray(start, end).includes(MARK.ampersand)) tag.escapedNamespaces += 1;
}

/** White space before `=` or a quote does not begin a new name: `xmlns:a = "..."`. */
function isInsideAttribute(byte: number | undefined): boolean {
  return byte === MARK.equals || byte === MARK.doubleQuote || byte === MARK.singleQuote;
}

function behindSpace(bytes: Buffer, from: number): number {
  let next = from;
  while (next < bytes.length && bytes[next]! <= MARK.space) next += 1;
  return next;
}

/** True where a name begins with `xmlns`. */
function isNamespaceDeclaration(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x78 &&
    bytes[at + 1] === 0x6d &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x6e &&
    bytes[at + 4] === 0x73
  );
}
