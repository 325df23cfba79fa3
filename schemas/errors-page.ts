import { ERROR_CATALOGUE } from '../src/protocol/errors/index.ts';
import type { ErrorRoom } from '../src/protocol/errors/index.ts';
import { table } from './tables.ts';

/** docs/errors.md, written from the catalogue of errors. */
export function errorsPage(): string {
  const rooms = Object.entries(ERROR_CATALOGUE).map(([room, one]) => section(room, one));
  return `${INTRODUCTION}\n\n${rooms.join('\n\n')}\n`;
}

function section(room: string, { about, note, codes }: ErrorRoom): string {
  const rows = Object.entries(codes).map(([code, { ebms = '', seenBy, cause, cure }]) => [
    `\`${code}\``,
    ebms,
    seenBy,
    cause,
    cure,
  ]);
  const head = [`## ${room}: ${about}`, ...(note === undefined ? [] : [note])];
  return [...head, table(['Code', 'ebMS', 'Seen by', 'Cause', 'Cure'], rows)].join('\n\n');
}

const INTRODUCTION = `# Errors

Every error raised on purpose has a stable code, \`room/what-is-wrong\`; rooms are the folders of the source. A code never
changes its meaning, so that it may be searched for and acted upon. Beside the code stands a finding: which check, on which
field or certificate, what was expected, what was found, and what to do.

**Who sees what.** \`P\`: the partner, as an ebMS error or SOAP fault; of a security error (EBMS:01xx) it sees one fixed
sentence, never the reason. \`B\`: the backend, as problem+json or in the status of its message. \`O\`: the operator, in the
journal (\`GET /v1/journal\`), the log and on the command line. \`D\`: only a defect of ours brings it up.

**Adding a code.** Write it as one literal, \`'room/what-is-wrong'\`, where the error is made (as argument of
\`new QuoinError\` or \`new Refusal\`, as the value of \`code\`, or in a table), and add a row to its room in
[src/protocol/errors/catalogue](../src/protocol/errors/catalogue); this page is written from there by \`npm run schemas\`. The
cure is also the advice of each finding that has none of its own, in log, journal, API and on the command line.
[test/docs/errors.test.ts](../test/docs/errors.test.ts) compares both ways: what the source says and is not here, what is
here and not in the source, and the ebMS code where the source names one. How words are told from events and steps is laid
down in [test/docs/source-words.ts](../test/docs/source-words.ts); a template such as \`as4/\${check}\` counts for each literal
its variable can be.

The ebMS codes themselves, with severity and category, are the table in
[src/protocol/ebms/errors.ts](../src/protocol/ebms/errors.ts); what a partner's code means for sending is the table in
[src/protocol/as4/error-consequences.ts](../src/protocol/as4/error-consequences.ts).`;
