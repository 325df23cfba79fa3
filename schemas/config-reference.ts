import { configChecks, configJsonSchema, variableOf } from '../src/config/index.ts';
import { schemasAt } from '../src/protocol/pmode/index.ts';
import { keyRows, keyTable, table } from './tables.ts';

/** docs/config-reference.md, written from the schema and the check table. */
export function configReference(): string {
  const schema = configJsonSchema();
  const [key] = schemasAt(schema, ['keys', 0]);
  const [webhook] = schemasAt(schema, ['webhooks', 0]);
  return `# Configuration reference

Written by \`npm run schemas\` from the sources; change those, not this file. The schema for editors is
\`schemas/json/config.schema.json\`.

Settings come from the configuration file (\`--config\`, else \`QUOIN_CONFIG\`, else \`quoin.yaml\` in the working
directory), from the environment and from the command line; later ones win. Unknown keys and variables are refused.
Relative paths of the file begin at its folder, others at the working directory. A small file:

\`\`\`yaml
accessPoint: { party: AP_XA_01 }
listeners:
  as4: { host: 0.0.0.0, port: 8443, tls: { certificate: tls.pem, key: tls.key } }
  api: { tokenFile: /run/secrets/quoin-api-token }
keys:
  - { path: ap_xa_01.p12, passwordFile: /run/secrets/quoin-keys }
\`\`\`

## Keys

${keyTable(keyRows(schema))}

### An entry of \`keys\`

${keyTable(key === undefined ? [] : keyRows(key))}

### An entry of \`webhooks\`

[webhooks.md](webhooks.md) says what is sent and how it is verified.

${keyTable(webhook === undefined ? [] : keyRows(webhook))}

## Variables

Every key has a variable: \`QUOIN_\` and the path in capitals, with an underscore between words; lists are written as
YAML. For example:

${table(
  ['Key', 'Variable'],
  [
    ['accessPoint', 'party'],
    ['listeners', 'as4', 'port'],
    ['listeners', 'api', 'tokenFile'],
    ['limits', 'messageSize'],
    ['keys'],
  ].map((path) => [`\`${path.join('.')}\``, `\`${variableOf(path)}\``]),
)}

\`QUOIN_CONFIG\`, \`QUOIN_API\` and \`QUOIN_TOKEN\` are read by the command line. Variables that Kubernetes sets for a
Service called quoin (\`QUOIN_PORT_...\`, \`QUOIN_SERVICE_...\`) are ignored.

## Checks

Beside the checks of syntax and shape that P-Modes have too (docs/pmode-reference.md):

${table(
  ['Check', 'Severity', 'What is asked'],
  [
    ...configChecks.map(({ name, severity, about }) => [`\`${name}\``, severity, about]),
    ['`config-file-readable`', 'error', 'The configuration file that is named can be read.'],
    [
      '`unknown-variable`',
      'error',
      'Every variable that begins with QUOIN_ is known; the nearest is suggested.',
    ],
  ],
)}
`;
}
