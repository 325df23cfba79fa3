/** What the access point tells about itself: the log, listeners to events, and the real clock. */
export { createObserver } from './observer.ts';
export type { EventListener, EventLog, LogLevel, ObserverOptions } from './observer.ts';
export { systemNature } from './nature.ts';
