/** The door of the operators: whether the process lives. */
export { operationsHandler } from './handler.ts';
