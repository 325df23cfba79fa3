import { programVersion } from '../program-version.ts';
import { systemNature } from '../world/observe/index.ts';
import type { Making, World } from './making.ts';
import { joinNodes } from './node.ts';
import type { Node } from './node.ts';
import { watchFiles } from './watch-files.ts';

/** Enters this gateway among those on the same store, and has it look after its files. */
export async function openNode(making: Making, { store }: World): Promise<Node> {
  const { config, reloader, observer, closings } = making;
  const { heartbeatMs, reloadMs } = config.times;
  const node = await joinNodes({
    registry: store,
    reloader,
    observer,
    nature: systemNature,
    version: programVersion(),
    heartbeatMs,
    startedAt: reloader.state.since,
  });
  closings.push(() => node.leave());
  if (reloadMs > 0) closings.push(watchFiles(reloader, reloadMs, observer));
  return node;
}
