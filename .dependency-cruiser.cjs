/**
 * The layer rules of docs/architecture.md as a machine reads them: who may import whom, types included.
 * `npm run check:layers` runs it; test/layers.test.ts proves that a deliberately wrong import fails.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

/** Protocol rooms, lowest first; a room may import itself and the rooms listed for it. */
const protocol = {
  errors: [],
  xml: ['errors'],
  mime: ['errors'],
  pki: ['errors'],
  soap: ['errors', 'xml'],
  wss: ['errors', 'xml', 'mime', 'pki', 'soap'],
  ebms: ['errors', 'xml', 'mime', 'pki', 'soap', 'wss'],
  pmode: ['errors', 'xml', 'mime', 'pki', 'soap', 'wss', 'ebms'],
  as4: ['errors', 'xml', 'mime', 'pki', 'soap', 'wss', 'ebms', 'pmode'],
};

const protocolRules = Object.entries(protocol).map(([room, below]) =>
  only(
    `protocol-${room}`,
    `^src/protocol/${room}/`,
    [`^src/protocol/${room}/`, ...below.map((b) => `^src/protocol/${b}/index\\.ts$`)],
    `protocol/${room} may import only: ${below.join(', ') || 'nothing'}`,
  ),
);

const faces = [
  '^src/protocol/errors/index\\.ts$',
  // What comes to an API in parts is multipart as well.
  '^src/protocol/mime/index\\.ts$',
  '^src/msh/index\\.ts$',
  '^src/oots/index\\.ts$',
  '^src/config/index\\.ts$',
];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circular-folders',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/protocol' },
      to: { circular: true },
    },
    ...protocolRules,
    only(
      'msh',
      '^src/msh/',
      ['^src/msh/', '^src/protocol/[^/]+/index\\.ts$'],
      'the MSH may import the protocol only',
    ),
    only(
      'oots',
      '^src/oots/',
      ['^src/oots/', '^src/protocol/(xml|pki|errors)/index\\.ts$', '^src/msh/index\\.ts$'],
      'oots is a user of the public face of the MSH',
    ),
    only(
      'world',
      '^src/world/([^/]+)/',
      ['^src/world/$1/', '^src/(msh|oots)/ports/index\\.ts$', '^src/protocol/[^/]+/index\\.ts$'],
      'an adapter knows the ports and the protocol, never another adapter',
    ),
    {
      name: 'ports-of-oots-are-types',
      comment: 'an adapter serves the evidence exchange and runs nothing of it',
      severity: 'error',
      from: { path: '^src/world/' },
      to: { path: '^src/oots/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'faces',
      '^src/faces/([^/]+)/',
      ['^src/faces/$1/', ...faces],
      'a face knows the public faces of msh and oots, config, errors and MIME',
    ),
    only(
      'config',
      '^src/config/',
      ['^src/config/', '^src/protocol/(pmode|pki|errors)/index\\.ts$'],
      'configuration knows P-Modes and keys',
    ),
    only(
      'doctor',
      '^src/doctor/',
      ['^src/doctor/', '^src/(protocol|world)/[^/]+/index\\.ts$', '^src/config/index\\.ts$'],
      'the doctor knows the adapters, the protocol and the configuration, but no face and no message handling',
    ),
    {
      name: 'room-through-its-index',
      comment: 'a room is imported through its index.ts',
      severity: 'error',
      from: { path: '^src/(protocol/[^/]+|msh/ports|world/[^/]+|faces/[^/]+|oots|config|doctor)/' },
      to: {
        path: '^src/(protocol/[^/]+|msh/ports|world/[^/]+|faces/[^/]+|oots|config|doctor)/.+',
        pathNot: ['^src/$1/', '/index\\.ts$'],
      },
    },
    {
      name: 'express-in-the-demo',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/faces/demo/' },
      to: { path: 'node_modules/(express|@types/express)' },
    },
    {
      name: 'undici-in-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(world/http|faces/cli)/' },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'queue-libraries-in-queue',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/world/queue/' },
      to: { path: 'node_modules/(bullmq|ioredis)' },
    },
    {
      name: 'telemetry-in-observe',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/world/observe/' },
      to: { path: 'node_modules/(prom-client|pino|@opentelemetry)/' },
    },
    {
      name: 'database-in-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/world/store/' },
      to: { path: 'node_modules/(kysely|libsql|pg)/' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'no files, sockets or processes in protocol',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^(node:)?(fs|fs/promises|net|http|https|tls|child_process|dns|os|worker_threads)$' },
    },
    {
      name: 'no-catch-all-folders',
      severity: 'error',
      from: {},
      to: { path: '/(utils|helpers|common|shared)/' },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: ['node_modules/@types/'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
