import { QuoinError } from '../../protocol/errors/index.ts';

/** One message of an event stream; an id without data moves the reader on. */
export interface StreamMessage {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** Characters of one message at most; ours are far smaller. */
const MAX_CHARACTERS = 1024 * 1024;

/** The messages of Server-Sent Events (HTML Living Standard 9.2.6) in the form our API writes. */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > MAX_CHARACTERS)
      throw new QuoinError('cli/not-the-api', 'The answer is not a stream of events.');
    for (const block of blocks) yield { id: fieldOf(block, 'id'), data: fieldOf(block, 'data') };
  }
}

function fieldOf(block: string, name: string): string | undefined {
  const line = block.split('\n').find((one) => one.startsWith(`${name}: `));
  return line?.slice(name.length + 2);
}
