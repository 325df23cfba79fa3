import { hostname } from 'node:os';
import { describeError } from '../protocol/errors/index.ts';
import type { Nature, NodeRecord, NodeRegistry, NodeReport, Observer } from '../msh/index.ts';
import type { Reloader } from './reloader.ts';
import { every } from './watch-files.ts';

/** ms after which a node that gave no sign of life is forgotten. */
const FORGET_MS = 60 * 60 * 1000;

/** Signs of life a node may miss before it counts as lost. */
const MISSED = 3;

/** This gateway among those on the same store. */
export interface Node {
  readonly nodeId: string;
  /** All nodes, and whether each gives signs of life. */
  list(): Promise<readonly (NodeRecord & { readonly alive: boolean })[]>;
  /** Asks every other node to reload; this one has done so. */
  askOthers(): Promise<void>;
  /** Ends the signs of life and takes this node off the list. */
  leave(): Promise<void>;
}

/** What a node is made of. Times in ms. */
export interface NodeOptions {
  readonly registry: NodeRegistry;
  readonly reloader: Reloader;
  readonly observer: Observer;
  readonly nature: Nature;
  readonly version: string;
  readonly heartbeatMs: number;
  /** When what is in force was read, since the epoch. */
  readonly startedAt: number;
}

/** Enters this gateway into the registry; from now on it gives signs of life and reloads when any node asks for it. */
export async function joinNodes(options: NodeOptions): Promise<Node> {
  const node = new RegisteredNode(options);
  await node.join();
  return node;
}

class RegisteredNode implements Node {
  readonly nodeId: string;
  readonly #options: NodeOptions;
  #answered = 0;
  #silent = false;
  #end: (() => Promise<void>) | undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.nodeId = options.nature.uuid();
  }

  async join(): Promise<void> {
    const { registry, reloader, startedAt, heartbeatMs } = this.#options;
    const { generation, at } = await registry.lastReloadRequest();
    // A request made while this node was reading its files may be about what it has read too early.
    this.#answered = at >= startedAt ? generation - 1 : generation;
    await this.#beat();
    this.#end = every(heartbeatMs, () => this.#beatSafely());
    reloader.onAttempt(() => void this.#report().catch(() => undefined));
  }

  async list(): ReturnType<Node['list']> {
    const { registry, nature, heartbeatMs } = this.#options;
    const deadline = nature.now() - MISSED * heartbeatMs;
    return (await registry.listNodes()).map((node) => ({ ...node, alive: node.seenAt >= deadline }));
  }

  async askOthers(): Promise<void> {
    const { registry, nature } = this.#options;
    const { generation } = await registry.requestReload(nature.now());
    // A request of another node in between may be about what this one has not read yet: then it reads again.
    if (generation === this.#answered + 1) this.#answered = generation;
  }

  async leave(): Promise<void> {
    await this.#end?.();
    await this.#options.registry.removeNode(this.nodeId);
  }

  async #beatSafely(): Promise<void> {
    const { observer } = this.#options;
    try {
      await this.#beat();
      this.#silent = false;
    } catch (error) {
      // Said once: whatever keeps the store from answering is told by everybody who needs it.
      if (!this.#silent)
        observer.emit({ event: 'gateway/heartbeat-failed', level: 'warn', reason: describeError(error) });
      this.#silent = true;
    }
  }

  async #beat(): Promise<void> {
    const generation = await this.#report();
    if (generation <= this.#answered) return;
    await this.#options.reloader.reload('node');
    this.#answered = generation;
    await this.#report();
  }

  /** The newest request to reload. */
  async #report(): Promise<number> {
    const { registry, nature } = this.#options;
    const now = nature.now();
    return (await registry.reportNode(this.#said(), now, now - FORGET_MS)).generation;
  }

  #said(): NodeReport {
    const { reloader, startedAt, version } = this.#options;
    const { digest, since, refusal } = reloader.state;
    return {
      nodeId: this.nodeId,
      host: hostname(),
      pid: process.pid,
      version,
      startedAt,
      digest,
      since,
      refusal: refusal?.problems.join('\n'),
      generation: this.#answered,
    };
  }
}
