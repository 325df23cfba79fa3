import { createLocalQueue } from '../../../src/world/queue/index.ts';
import { queueContract } from '../../contract/queue.ts';

queueContract('in process', {
  open: (test) => {
    const queue = createLocalQueue({ now: () => Date.now() });
    test.after(() => queue.close());
    return Promise.resolve(queue);
  },
});
