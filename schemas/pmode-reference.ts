import { stringify } from 'yaml';
import {
  loadChecks,
  pmodeChecks,
  pmodeJsonSchema,
  profiles,
  schemasAt,
  shapeChecks,
} from '../src/protocol/pmode/index.ts';
import type { JsonSchema, Profile } from '../src/protocol/pmode/index.ts';
import { keyRows, keyTable, table } from './tables.ts';

const schema = pmodeJsonSchema();

function section(path: readonly (string | number)[]): JsonSchema {
  const found = schemasAt(schema, path).find(({ type }) => type === 'object');
  if (found === undefined) throw new Error(`no mapping at ${path.join('.')}`);
  return found;
}

/** docs/pmode-reference.md, written from the schema, the profiles and the check tables. */
export function pmodeReference(example: string): string {
  return `# P-Mode reference

Written by \`npm run schemas\` from the sources; change those, not this file. The schema for editors is
\`schemas/json/pmode.schema.json\`.

A P-Mode file describes one agreement between two access points. Both sides use it unchanged; which of the two parties an
access point is, its own configuration says (\`accessPoint.party\`). A whole file:

\`\`\`yaml
${example.trim()}
\`\`\`

## Where a value comes from

Later ones win: the defaults of profile \`common\`, the profile the file names and those it starts from, a leg of the
profile, \`legDefaults\` of the file, the leg of the same name in \`legs\` of the file. Mappings are merged key by key; lists
and \`service\` are replaced as a whole. \`quoin pmode check\` reports what is wrong, with file, line and path.

Durations are whole numbers with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`; sizes are bytes, or whole numbers with \`B\`, \`kB\`, \`MB\`,
\`GB\` (decimal) or \`KiB\`, \`MiB\`, \`GiB\` (binary). Identifiers, services and agreements are \`{ value, type }\`, or just
the value when they have no type. A certificate is the name of a file in the certificate directory.

## Keys

${keyTable(topRows())}

### A party

${keyTable(keyRows(section(['parties', 'NAME'])))}

\`certificates: FILE\` is short for that file as both \`signing\` and \`encryption\`.

### Initiator and responder

${keyTable(keyRows(section(['initiator'])))}

\`initiator: NAME\` is short for a party whose role the profile brings.

### A leg

\`name\`, \`service\`, \`action\` and \`replyLeg\` belong to one leg; all other keys may also stand in
\`legDefaults\`.

${keyTable(legRows())}

### A message property of a leg

${keyTable(keyRows(section(['legs', 0, 'properties', 0])))}

## Profiles

${Object.values(profiles).map(profileText).join('\n\n')}

## Which P-Mode governs a message

${matching}

## Checks

Every problem of every file is reported at once. An error keeps the P-Modes from being used.

${checkTable([...shapeChecks, ...pmodeChecks, ...loadChecks])}
`;
}

/** The defaults of `legDefaults` are shown where legs are. */
function topRows() {
  return keyRows(schema).filter(({ key }) => !key.includes('.'));
}

function legRows() {
  const defaults = new Map(keyRows(section(['legDefaults'])).map((row) => [row.key, row.standard] as const));
  return keyRows(section(['legs', 0])).map((row) => ({
    ...row,
    standard: defaults.get(row.key) ?? row.standard,
  }));
}

function profileText({ name, extends: below, about, values }: Profile): string {
  const start = below === undefined ? '' : ` It starts from \`${below}\`.`;
  const { legs, ...rest } = values;
  const legTable = legs === undefined ? '' : `\n\n${legsText(legs)}`;
  return `### \`${name}\`\n\n${about}${start}\n\n\`\`\`yaml\n${stringify(rest, { lineWidth: 0 })}\`\`\`${legTable}`;
}

function legsText(legs: NonNullable<Profile['values']['legs']>): string {
  const serviceOf = (service: (typeof legs)[number]['service']) =>
    typeof service === 'string' ? service : `${service?.value} (${service?.type})`;
  return table(
    ['Leg', 'Service', 'Action', 'Compressed'],
    legs.map(({ name = '', service, action = '', compress }) => [
      name,
      serviceOf(service),
      action,
      compress === true ? 'yes' : 'no',
    ]),
  );
}

function checkTable(
  checks: readonly { readonly name: string; readonly severity: string; readonly about: string }[],
) {
  return table(
    ['Check', 'Severity', 'What is asked'],
    checks.map(({ name, severity, about }) => [`\`${name}\``, severity, about]),
  );
}

const matching = `Presence, value and type of PartyId, Role, Service, Action, AgreementRef and MPC decide (eDelivery AS4 1.15 §1.4.2.2); texts
are compared to the letter. A message without \`mpc\` is on the default MPC. A P-Mode that declares an agreement governs
only messages that carry exactly it; one that declares none governs only messages without one. \`AgreementRef/@pmode\` is
ignored. No message can be governed by two P-Modes: files that would allow it are refused together.

A received message that nothing governs is answered:

${table(
  ['Code', 'When'],
  [
    ['`EBMS:0003`', 'From or To has not exactly one PartyId, or one without type that is no URI'],
    ['`EBMS:0001`', 'the From or To party is one that no P-Mode names in that place'],
    [
      '`EBMS:0010`',
      'anything else: the parties are known, but role, service, action, agreement or MPC do not fit',
    ],
  ],
)}

A submission may leave out what the P-Mode decides. Where several legs still fit, one without type, agreement and with
the default MPC is meant; otherwise \`submit/ambiguous-pmode\` says what to add. \`submit/unknown-party\`,
\`submit/unknown-service\` and the like name the field for which no P-Mode is left, and what there would have been.

\`quoin pmode explain\` shows for a message, leg by leg and field by field, what agrees and what does not.`;
