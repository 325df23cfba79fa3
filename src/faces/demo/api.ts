import { QuoinError } from '../../protocol/errors/index.ts';

/** A part as the inbox tells it. */
export interface PartView {
  readonly contentId: string;
  readonly mimeType: string;
  readonly size: number;
  readonly sha256: string;
}

/** A received message as the inbox tells it. */
export interface InboundView {
  readonly id: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly service: { readonly value: string };
  readonly action: string;
  readonly messageProperties: readonly {
    readonly name: string;
    readonly value: string;
    readonly type?: string;
  }[];
  readonly parts: readonly PartView[];
}

/** A sent message as the API tells it. */
export interface StatusView {
  readonly state: string;
  readonly attempts: readonly unknown[];
  readonly receipt?: { readonly messageId: string; readonly signer?: string };
  readonly failure?: { readonly message: string };
}

/** A payload to submit. */
export interface Upload {
  readonly contentId: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** The backend API of one access point, as a portal or provider would call it. */
export interface Backend {
  readonly submit: (
    message: Readonly<Record<string, unknown>>,
    parts: readonly Upload[],
  ) => Promise<{ readonly messageId: string; readonly conversationId: string }>;
  readonly status: (messageId: string) => Promise<StatusView>;
  /** Waits for the next message with this action, at most `seconds`. */
  readonly next: (action: string, seconds: number) => Promise<InboundView>;
  readonly download: (id: string, part: number) => Promise<Uint8Array>;
  readonly acknowledge: (id: string) => Promise<void>;
}

/** A client for the API at this address. Every call throws `demo/call-failed` with the problem the API reported. */
export function backendAt(url: string): Backend {
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const what = `${init?.method ?? 'GET'} ${path}`;
    const response = await fetch(new URL(path, url), init).catch((cause: unknown) => {
      throw new QuoinError('demo/call-failed', `${what}: no answer from ${url}.`, { cause });
    });
    if (response.ok) return response;
    throw new QuoinError('demo/call-failed', `${what}: HTTP ${response.status} ${await response.text()}`);
  };
  const json = async <T>(path: string, init?: RequestInit): Promise<T> =>
    (await (await call(path, init)).json()) as T;
  return {
    submit: (message, parts) => json('/v1/messages', { method: 'POST', body: formOf(message, parts) }),
    status: (messageId) => json(`/v1/messages/${encodeURIComponent(messageId)}`),
    next: async (action, seconds) => {
      const query = new URLSearchParams({ state: 'RECEIVED', action, wait: String(seconds), limit: '1' });
      const { items } = await json<{ readonly items: readonly InboundView[] }>(
        `/v1/inbox?${query.toString()}`,
      );
      if (items[0] === undefined)
        throw new QuoinError('demo/nothing-arrived', `No ${action} arrived within ${seconds} s.`);
      return items[0];
    },
    download: async (id, part) =>
      new Uint8Array(await (await call(`/v1/inbox/${encodeURIComponent(id)}/parts/${part}`)).arrayBuffer()),
    acknowledge: async (id) =>
      void (await call(`/v1/inbox/${encodeURIComponent(id)}/acknowledge`, { method: 'POST' })),
  };
}

function formOf(message: Readonly<Record<string, unknown>>, parts: readonly Upload[]): FormData {
  const form = new FormData();
  form.set(
    'message',
    JSON.stringify({ ...message, parts: parts.map(({ contentId, mimeType }) => ({ contentId, mimeType })) }),
  );
  parts.forEach((part, index) =>
    form.set(`part-${index}`, new Blob([Buffer.from(part.bytes)], { type: part.mimeType }), `part-${index}`),
  );
  return form;
}
