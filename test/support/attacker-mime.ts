/** A MIME part with its headers as they are to be written. */
export interface WirePart {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** How a multipart body is laid out. */
export interface MimeLayout {
  readonly boundary: string;
  readonly lineEnd: '\r\n' | '\n';
  readonly preamble: string;
  readonly epilogue: string;
  /** False leaves the closing boundary out. */
  readonly closed: boolean;
  /** The whole Content-Type, when it is not to follow from the boundary. */
  readonly contentType?: string;
}

const USUAL: MimeLayout = {
  boundary: 'attack-0123456789',
  lineEnd: '\r\n',
  preamble: '',
  epilogue: '',
  closed: true,
};

/** Writes multipart/related with nothing checked. */
export function writeMime(
  parts: readonly WirePart[],
  changes: Partial<MimeLayout> = {},
): { readonly contentType: string; readonly bytes: Buffer } {
  const layout = { ...USUAL, ...changes };
  const { boundary, lineEnd, preamble, epilogue, closed } = layout;
  const chunks = parts.flatMap(({ headers, body }) => [
    `--${boundary}${lineEnd}`,
    ...headers.map(([name, value]) => `${name}: ${value}${lineEnd}`),
    lineEnd,
    body,
    lineEnd,
  ]);
  const usual = `multipart/related; type="application/soap+xml"; boundary="${boundary}"; start="<root@attacker.test>"`;
  return {
    contentType: layout.contentType ?? usual,
    bytes: Buffer.concat(
      [preamble, ...chunks, closed ? `--${boundary}--${lineEnd}` : '', epilogue].map((chunk) =>
        Buffer.from(chunk),
      ),
    ),
  };
}

/** The part with a header replaced, added, or (undefined) taken away. */
export function withHeader(part: WirePart, name: string, value: string | undefined): WirePart {
  const others = part.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...part, headers: value === undefined ? others : [...others, [name, value]] };
}
