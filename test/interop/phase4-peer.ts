import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The jar of the phase4 access point; `npm run interop` builds it. */
export const PEER_JAR = fileURLToPath(new URL('phase4/target/phase4-peer.jar', import.meta.url));

/** A property as phase4 tells it: null for what is not there. */
export interface PeerProperty {
  readonly name: string;
  readonly type: string | null;
  readonly value: string;
}

/** A party as phase4 tells it. */
export interface PeerParty {
  readonly partyId: string;
  readonly partyType: string | null;
  readonly role: string;
}

/** A message as phase4 received it. */
export interface PeerReceived {
  readonly index: number;
  readonly duplicates: number;
  readonly messageId: string;
  readonly conversationId: string;
  readonly refToMessageId: string | null;
  readonly from: PeerParty;
  readonly to: PeerParty;
  readonly service: string;
  readonly serviceType: string | null;
  readonly action: string;
  readonly agreementRef: string | null;
  readonly properties: readonly PeerProperty[];
  readonly signer: string;
  readonly signKeyReference: string;
  readonly parts: readonly {
    readonly contentId: string;
    readonly mimeType: string;
    readonly compressed: boolean;
    readonly charset: string | null;
    readonly properties: readonly PeerProperty[];
    readonly size: number;
    readonly sha256: string;
  }[];
}

/** A payload for phase4 to send. */
export interface PeerPayload {
  readonly contentId?: string;
  readonly mimeType: string;
  readonly charset?: string;
  readonly compress?: boolean;
  readonly base64: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A message for phase4 to send; see the README of the peer. */
export interface PeerSend {
  readonly to?: string;
  readonly url?: string;
  readonly service?: string;
  readonly serviceType?: string | null;
  readonly action?: string;
  readonly conversationId?: string;
  readonly messageId?: string;
  readonly refToMessageId?: string;
  readonly agreementRef?: string;
  readonly from?: Partial<PeerParty>;
  readonly properties?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
  readonly payloads?: readonly PeerPayload[];
  readonly sign?: boolean;
  readonly encrypt?: boolean;
  readonly keyReference?: string;
  readonly signKeyReference?: string;
  readonly encryptKeyReference?: string;
  readonly signCertificate?: { readonly path: string; readonly password: string };
  readonly encryptFor?: string;
  readonly tamper?: 'none' | 'payload' | 'messaging' | 'signature';
}

/** What phase4 got for a message it sent. */
export interface PeerAnswer {
  readonly messageId: string;
  readonly httpStatus: number;
  readonly kind: 'receipt' | 'error' | 'empty' | 'other';
  readonly errors: readonly {
    readonly code: string;
    readonly severity: string;
    readonly shortDescription: string;
    readonly refToMessageInError: string | null;
    readonly description: string | null;
  }[];
  readonly digests?: readonly { readonly uri: string; readonly match: boolean }[];
  readonly receiptVerified: boolean;
  readonly reason: string | null;
  readonly receiptSigner: string | null;
  readonly errorSigner: string | null;
  readonly refToMessageId: string | null;
  readonly raw: string;
}

/** A message with its media type, for the doors that take many. */
export interface Frame {
  readonly contentType: string;
  readonly message: Buffer;
}

/** WSS4J's verdict about one message. */
export interface PeerVerdict {
  readonly ok: boolean;
  readonly error: string | null;
  readonly signer: string | null;
  readonly signedReferences?: readonly string[];
  readonly parts?: readonly {
    readonly contentId: string;
    readonly sha256: string;
    readonly encrypted: boolean;
  }[];
}

/** What WSS4J is to sign. */
export interface SigningRequest {
  readonly envelope: string;
  readonly parts?: readonly {
    readonly contentId: string;
    readonly mimeType: string;
    readonly base64: string;
  }[];
  readonly encrypt?: boolean;
  readonly addInclusivePrefixes?: boolean;
  readonly layout?: 'splice' | 'dom' | 'auto';
  readonly keyReference?: string;
}

/** What came of sending one message again and again. ms. */
export interface PeerLoad {
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
  /** Messages for which no receipt was proven. */
  readonly failed: number;
}

/** A running phase4 access point. */
export interface Peer {
  readonly pid: number;
  /** Where it listens for AS4 messages. */
  readonly url: string;
  send(request: PeerSend): Promise<PeerAnswer>;
  /** Sends so many copies of a message, each with a MessageId of its own, from so many threads. */
  load(request: PeerSend, count: number, threads: number): Promise<PeerLoad>;
  ping(request: PeerSend): Promise<PeerAnswer>;
  received(): Promise<readonly PeerReceived[]>;
  part(message: number, part: number): Promise<Buffer>;
  forget(): Promise<void>;
  /** Test-service messages received so far. */
  pings(): Promise<number>;
  verify(frames: readonly Frame[], options?: { readonly bsp: boolean }): Promise<readonly PeerVerdict[]>;
  sign(messages: readonly SigningRequest[], defaults?: Partial<SigningRequest>): Promise<readonly Frame[]>;
  stop(): Promise<void>;
}

/** ms the peer may take until it is up, on a busy machine. */
const START_LIMIT = 60_000;

/** Options of Java for tests, where starting matters and speed does not. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-Xmx1g'];

/** Starts the peer with this configuration (peer.json), written into a folder. */
export async function startPeer(
  folder: string,
  config: object,
  jvm: readonly string[] = QUICK_START,
): Promise<Peer> {
  const file = join(folder, 'peer.json');
  writeFileSync(file, JSON.stringify(config, null, 2));
  const args = [...jvm, '-jar', PEER_JAR, '--port', '0', '--config', file];
  const child = spawn('java', args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const base = `http://127.0.0.1:${await portOf(child)}`;
  return { pid: child.pid!, url: `${base}/as4`, ...doors(base), stop: () => stop(child) };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const words: string[] = [];
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`The phase4 peer ${why}.\n${words.join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${START_LIMIT / 1000} s`), START_LIMIT);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with code ${code}`));
    createInterface({ input: child.stderr! }).on('line', (line) => words.push(line));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('READY ')) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve((JSON.parse(line.slice('READY '.length)) as { port: number }).port);
    });
  });
}

function doors(base: string): Omit<Peer, 'pid' | 'url' | 'stop'> {
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(base + path, init);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return response;
  };
  const json = async <T>(path: string, body?: object): Promise<T> => {
    const init = body === undefined ? undefined : { method: 'POST', body: JSON.stringify(body) };
    return (await (await call(path, init)).json()) as T;
  };
  return {
    send: (request) => json('/send', request),
    load: (request, count, threads) => json('/load', { request, count, threads }),
    ping: (request) => json('/ping', request),
    received: () => json('/received'),
    part: async (message, part) =>
      Buffer.from(await (await call(`/received/${message}/parts/${part}`)).arrayBuffer()),
    forget: async () => void (await call('/received', { method: 'DELETE' })),
    pings: async () => (await json<{ pings: number }>('/health')).pings,
    verify: async (frames, { bsp } = { bsp: true }) => {
      const init = { method: 'POST', body: writeFrames(frames) };
      return (await (
        await call(`/wss4j/verify-batch${bsp ? '' : '?bsp=off'}`, init)
      ).json()) as PeerVerdict[];
    },
    sign: async (messages, defaults = {}) => {
      const init = { method: 'POST', body: JSON.stringify({ defaults, messages }) };
      return readFrames(Buffer.from(await (await call('/wss4j/sign-batch', init)).arrayBuffer()));
    },
  };
}

function writeFrames(frames: readonly Frame[]): Buffer {
  const counted = (bytes: Buffer): Buffer[] => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  };
  return Buffer.concat(
    frames.flatMap(({ contentType, message }) => [...counted(Buffer.from(contentType)), ...counted(message)]),
  );
}

function readFrames(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  const next = (): Buffer => {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    return bytes.subarray(start, at);
  };
  while (at < bytes.length) frames.push({ contentType: next().toString(), message: next() });
  return frames;
}

/** SIGTERM, and after ten seconds SIGKILL. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
