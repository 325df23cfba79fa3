import { Worker } from 'bullmq';
import type { RowId } from '../../../msh/ports/index.ts';

/** A worker that can be left when Redis is not there to end it in order. */
export class BellWorker extends Worker<RowId, void> {
  /** Ends its connections and timers without asking anybody, so that they do not keep the process alive. */
  async abandon(): Promise<void> {
    await this.lockManager.close();
    await this.backend.close(true);
  }
}
