import type { Config } from '../config/index.ts';
import type { LoadedAgreements } from '../load-agreements.ts';
import type {
  Msh,
  MshContext,
  PayloadHealth,
  PayloadStore,
  Notifier,
  Queue,
  QueueHealth,
} from '../msh/index.ts';
import type { Exchanges } from '../oots/index.ts';
import type { EventLog } from '../world/observe/index.ts';
import type { WholeStore } from '../world/store/index.ts';
import type { Closings } from './closings.ts';
import type { Node } from './node.ts';
import type { Reloader } from './reloader.ts';
import type { Signals } from './signals.ts';
import type { SpaceGuard } from './space-guard.ts';

/** What a gateway is made of while it starts. Whoever opens something adds how to close it to `closings`. */
export interface Making {
  readonly config: Config;
  /** What is in force now; ask again for every message, look and measurement. */
  readonly loaded: () => LoadedAgreements;
  readonly reloader: Reloader;
  readonly observer: EventLog;
  /** Aborts when pushes may no longer run. */
  readonly patience: AbortSignal;
  readonly closings: Closings;
  readonly signals: Signals;
}

/** The adapters, and what else the operations of the MSH stand on. */
export type World = MshContext & {
  readonly store: WholeStore;
  readonly queue: Queue & QueueHealth;
  readonly payloads: PayloadStore & PayloadHealth;
};

/** What a door opens on: `doors` takes how to close it, side by side with the others and the workers. */
export interface Opening extends Omit<Making, 'closings'> {
  readonly world: World;
  readonly msh: Msh;
  /** Undefined where none are kept. */
  readonly exchanges: Exchanges | undefined;
  readonly space: SpaceGuard;
  readonly node: Node;
  readonly notifier: Notifier;
  readonly doors: Closings;
}
