/**
 * What Node is started with: as `bin/quoin.js` says in its first line, for those who name Node themselves. Objects of a message
 * die with it; in the small young generation Node has by itself many are copied before they do, which cost a fifth of the
 * processor time of an exchange. It can be set at the start of a process only. MB; touched only as far as it is used.
 */
export const NODE_OPTIONS: readonly string[] = ['--min-semi-space-size=32', '--max-semi-space-size=32'];
