import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { QuoinError } from '../../../protocol/errors/index.ts';

/** A page that was loaded, after all redirects. */
export interface LoadedPage {
  readonly url: string;
  /** The first address that it was redirected to, or its own. */
  readonly from: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Its body as text. */
  readonly text: string;
}

/** The least that a browser is: it keeps cookies, follows redirects, and trusts one authority. */
export interface PlainBrowser {
  readonly open: (url: string) => Promise<LoadedPage>;
  /** Sends a form. */
  readonly send: (url: string, fields: Readonly<Record<string, string>>) => Promise<LoadedPage>;
}

/** Redirects that are followed. */
const MOST_REDIRECTS = 5;

/** Opens a browser; what servers show must come from this authority (PEM). */
export function openPlainBrowser(authority: string): PlainBrowser {
  const cookies = new Map<string, string>();

  async function load(url: string, form: string | undefined, redirects = 0): Promise<LoadedPage> {
    const answer = await exchange(url, form, authority, [...cookies.values()].join('; '));
    // Names are enough to tell the cookies of both sites apart, of which there is one visit at a time.
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const pair = cookie.split(';')[0] ?? '';
      cookies.set(pair.slice(0, pair.indexOf('=')), pair);
    }
    const { location } = answer.headers;
    if (answer.status !== 303 || location === undefined) return { ...answer, from: url };
    if (redirects === MOST_REDIRECTS) throw lost(url, 'too many redirects');
    const next = new URL(location, url).href;
    return { ...(await load(next, undefined, redirects + 1)), from: next };
  }

  return {
    open: (url) => load(url, undefined),
    send: (url, fields) => load(url, new URLSearchParams(fields).toString()),
  };
}

function exchange(
  url: string,
  form: string | undefined,
  authority: string,
  cookie: string,
): Promise<Omit<LoadedPage, 'from'>> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: form === undefined ? 'GET' : 'POST',
      ca: authority,
      agent: false,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    sent.on('error', (error) => reject(lost(url, error.message)));
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', (error) => reject(lost(url, error.message)));
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          url,
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body,
          text: body.toString(),
        });
      });
    });
    sent.end(form);
  });
}

/** The citizen cannot go on. Throws nothing itself. */
export function lost(url: string, why: string): QuoinError {
  return new QuoinError('demo/citizen-lost', `The citizen cannot go on at ${url}: ${why}`, {
    finding: { check: 'journey', field: url, advice: 'See the story above it.' },
  });
}
