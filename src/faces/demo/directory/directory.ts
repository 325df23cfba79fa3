import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signAnswer } from '../../../oots/index.ts';
import type { AnswerSigner } from '../../../oots/index.ts';
import { answerQuery } from './directory-answers.ts';
import type { DirectoryContent } from './directory-answers.ts';

/** A simulated Evidence Broker and Data Service Directory in one. */
export interface Directory {
  /** Address of both services, as it is configured: without `/rest/search`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** What it knows and who it is. */
export interface DirectoryOptions {
  readonly content: DirectoryContent;
  readonly signer: AnswerSigner;
  /** Time of its signatures. */
  readonly now?: (() => Date) | undefined;
  /** Is told each question. */
  readonly onAsked?: ((asked: URLSearchParams) => void) | undefined;
}

const PATH = '/rest/search';

/** Starts a directory on this machine, on a free port; what it answers is signed as the real services sign theirs. */
export async function startDirectory({
  content,
  signer,
  now = () => new Date(),
  onAsked = () => undefined,
}: DirectoryOptions): Promise<Directory> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://directory');
    if (request.method !== 'GET' || url.pathname !== PATH) {
      response.writeHead(404).end();
      return;
    }
    onAsked(url.searchParams);
    const { headers, body } = signAnswer(answerQuery(content, url.searchParams), signer, now());
    response.writeHead(200, headers).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
