/** The payload store: files on a disk that one or several nodes can reach. */
export { openFilePayloads, tryFilePayloads } from './open.ts';
export type { FilePayloadSettings } from './open.ts';
