/** The bell: an in-process queue; the store holds all that must survive. */
export { createLocalQueue } from './local-queue.ts';
