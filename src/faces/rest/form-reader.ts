import { RestError } from './problems.ts';

/** The head of one part of a form. */
export interface PartHead {
  /** Of Content-Disposition; empty when there is none. */
  readonly name: string;
  readonly charset: string | undefined;
  /** Content-Transfer-Encoding in lower case. */
  readonly encoding: string;
}

/** bytes. */
const MOST_HEAD = 8 * 1024;
const MOST_HEADERS = 20;

/** What may stand between a boundary and the end of its line. */
const MOST_PADDING = 64;

/** Longest boundary, in characters (RFC 2046 5.1.1). */
const MOST_BOUNDARY = 70;

const LINE_END = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);

/** 400 for what is no form as curl and browsers write it. */
export function malformed(detail: string, cause?: unknown): RestError {
  return new RestError('rest/malformed-form', detail, {
    cause,
    finding: {
      check: 'multipart-form',
      field: 'body',
      advice:
        'Send multipart/form-data as curl -F does: first the field "message", then part-0, part-1 and so on.',
    },
  });
}

/** The boundary that a Content-Type names. Throws RestError `rest/malformed-form` when there is none. */
export function boundaryOf(contentType: string): string {
  const boundary = parametersOf(contentType).get('boundary') ?? '';
  if (boundary !== '' && boundary.length <= MOST_BOUNDARY) return boundary;
  throw malformed('The Content-Type has no boundary.');
}

/**
 * Reads a form (RFC 7578) as its bytes are asked for; of what was not asked for nothing is taken. Only the bytes that may
 * begin a boundary are held back. Everything throws RestError `rest/malformed-form` for what is no form, and what `pull` throws.
 */
export class FormReader {
  readonly #pull: () => Promise<Uint8Array | undefined>;
  /** A line end and the dashes: the first one may stand at the very beginning. */
  readonly #needle: Buffer;
  #held: Buffer = LINE_END;
  #isEnded = false;
  #place: 'before' | 'inside' | 'behind' | 'over' = 'before';

  /** `pull` gives the next bytes, and undefined at the end. */
  constructor(boundary: string, pull: () => Promise<Uint8Array | undefined>) {
    this.#needle = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#pull = pull;
  }

  /** The head of the next part, what is left of the one before passed over; undefined when all of the body has come. */
  async nextPart(): Promise<PartHead | undefined> {
    while ((await this.content()) !== undefined);
    if (this.#place === 'over') return undefined;
    if (!(await this.#isAnother())) {
      this.#place = 'over';
      await this.#drain();
      return undefined;
    }
    this.#place = 'inside';
    return await this.#head();
  }

  /** The next bytes of the part; undefined at its end. */
  async content(): Promise<Buffer | undefined> {
    while (this.#place === 'before' || this.#place === 'inside') {
      const at = this.#held.indexOf(this.#needle);
      const ready = at < 0 ? this.#held.length - this.#needle.length + 1 : at;
      if (ready > 0) return this.#take(ready);
      if (at === 0) {
        this.#take(this.#needle.length);
        this.#place = 'behind';
      } else if (!(await this.#more())) throw malformed('The form is not complete or not well-formed.');
    }
    return undefined;
  }

  /** Whether what stands behind the boundary says that another part follows. */
  async #isAnother(): Promise<boolean> {
    for (;;) {
      const text = this.#held.toString('latin1', 0, MOST_PADDING);
      if (text.startsWith('--')) return false;
      const [line] = /^[ \t]*\r\n/.exec(text) ?? [];
      if (line !== undefined) {
        // The line end stays: a part without any header has its empty line at once.
        this.#take(line.length - LINE_END.length);
        return true;
      }
      const mayBe = text.length < MOST_PADDING && /^(?:-|[ \t]*\r?)$/.test(text);
      if (!mayBe || !(await this.#more()))
        throw malformed('Something else than a line end follows a boundary.');
    }
  }

  async #head(): Promise<PartHead> {
    for (;;) {
      const end = this.#held.indexOf(HEAD_END);
      if (end > MOST_HEAD || (end < 0 && this.#held.length > MOST_HEAD + HEAD_END.length))
        throw malformed(`The headers of a part are longer than ${MOST_HEAD} bytes.`);
      if (end >= 0) {
        const text = this.#take(end + HEAD_END.length).toString('utf8', LINE_END.length, end);
        return headOf(text);
      }
      if (!(await this.#more())) throw malformed('The form ends inside the headers of a part.');
    }
  }

  /** What follows the last boundary is not read, but it has to come: only then all of the form has. */
  async #drain(): Promise<void> {
    do this.#held = EMPTY;
    while (await this.#more());
  }

  async #more(): Promise<boolean> {
    if (this.#isEnded) return false;
    const chunk = await this.#pull();
    if (chunk === undefined) {
      this.#isEnded = true;
      return false;
    }
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    return true;
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}

function headOf(text: string): PartHead {
  // A line that begins with white space continues the one before.
  const lines = text === '' ? [] : text.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  if (lines.length > MOST_HEADERS) throw malformed(`A part has more than ${MOST_HEADERS} headers.`);
  // Of several with one name the first counts.
  const headers = new Map(lines.map(headerOf).reverse());
  const disposition = headers.get('content-disposition') ?? '';
  const isField = /^form-data\s*(?:;|$)/i.test(disposition);
  return {
    name: isField ? (parametersOf(disposition).get('name') ?? '') : '',
    charset: parametersOf(headers.get('content-type') ?? '').get('charset'),
    encoding: (headers.get('content-transfer-encoding') ?? '').toLowerCase(),
  };
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon <= 0) throw malformed('A part has a header without a name.');
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** `; name=value` and `; name="value"`, as they follow the first word of a header. */
const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/g;

/** The parameters of a header by their names in lower case; of several of one name the first. */
function parametersOf(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, quoted, bare] of header.matchAll(PARAMETER)) {
    const key = name!.toLowerCase();
    if (!found.has(key)) found.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  return found;
}
