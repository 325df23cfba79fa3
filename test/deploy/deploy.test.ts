import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { configJsonSchema, loadConfig, variables } from '../../src/config/index.ts';
import { NODE_OPTIONS } from '../../src/node-options.ts';
import { scratchFolder } from '../support/scratch.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: Record<string, unknown>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly Container[];
        readonly securityContext: Record<string, unknown>;
        readonly terminationGracePeriodSeconds: number;
        readonly volumes: readonly { readonly name: string }[];
      };
    };
    readonly ports?: readonly { readonly targetPort: string }[];
  };
}

function manifests(name: string): readonly Manifest[] {
  return parseAllDocuments(read(name)).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as Manifest;
  });
}

const all = manifests('deploy/quoin.yaml');
const secret = manifests('deploy/secret.example.yaml')[0]!;
const one = (kind: string): Manifest => all.find((manifest) => manifest.kind === kind)!;
const pod = one('Deployment').spec!.template!.spec;
const container = pod.containers[0]!;

/** The configuration that the pods read, in a folder laid out like theirs. */
function loadDeployed(): ReturnType<typeof loadConfig> {
  const folder = scratchFolder();
  const files = { 'quoin.yaml': one('ConfigMap').data!['quoin.yaml']!, ...underSecrets() };
  for (const name of ['pmodes', 'certs']) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return loadConfig({ file: join(folder, 'quoin.yaml') });
}

function underSecrets(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secret.stringData!).map(([name, text]) => [`secrets/${name}`, text]),
  );
}

test('the configuration in the manifests loads, with the secrets by the names of the example', () => {
  const { config, problems } = loadDeployed();
  assert.deepEqual(problems, []);
  assert.ok(config?.database !== undefined && config.redis !== undefined);
});

test('ports, probes and Services are those of the listeners', () => {
  const { listeners, times } = loadDeployed().config!;
  const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
  assert.deepEqual(ports, {
    as4: listeners.as4.port,
    api: listeners.api.port,
    operations: listeners.operations.port,
  });
  assert.ok(Object.values(listeners).every(({ host }) => host === '0.0.0.0'));
  const { startupProbe, livenessProbe, readinessProbe } = container;
  assert.deepEqual(startupProbe.httpGet, { path: '/health/live', port: 'operations' });
  assert.deepEqual(livenessProbe.httpGet, { path: '/health/live', port: 'operations' });
  assert.deepEqual(readinessProbe.httpGet, { path: '/health/ready', port: 'operations' });
  const targets = all
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => spec!.ports!.map(({ targetPort }) => targetPort));
  assert.deepEqual(targets.toSorted(), Object.keys(ports).toSorted());
  assert.ok(pod.terminationGracePeriodSeconds * 1000 > times.drainMs + times.shutdownMs);
});

test('pods run as nobody in particular and write only to volumes that exist', () => {
  assert.equal(pod.securityContext['runAsNonRoot'], true);
  assert.equal(container.securityContext['readOnlyRootFilesystem'], true);
  assert.equal(container.securityContext['allowPrivilegeEscalation'], false);
  const volumes = pod.volumes.map(({ name }) => name);
  assert.deepEqual(container.volumeMounts.map(({ name }) => name).toSorted(), volumes.toSorted());
  assert.ok(
    container.volumeMounts.some(({ mountPath }) => mountPath === loadDeployed().config!.folders.data),
  );
  assert.match(read('Dockerfile'), /--uid 10001/);
  assert.ok(all.every(({ kind, metadata }) => kind === 'Namespace' || metadata.namespace === 'quoin'));
});

test('an image runs the program as it says itself, with the options of Node it is measured with', () => {
  assert.equal(read('bin/quoin.js').split('\n')[0], `#!/usr/bin/env -S node ${NODE_OPTIONS.join(' ')}`);
  assert.match(read('Dockerfile'), /^ENTRYPOINT \["\/opt\/quoin\/bin\/quoin\.js"\]$/m);
  const help = spawnSync(fileURLToPath(new URL('../../bin/quoin.js', import.meta.url)), ['--version']);
  assert.equal(help.status, 0, String(help.stderr));
});

test('compose has two gateways on one database and queue, with settings that exist', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, { environment: Record<string, string>; depends_on?: object; volumes: string[] }>;
  };
  const gateways = Object.entries(compose.services).filter(([name]) => name.startsWith('gateway-'));
  assert.equal(gateways.length, 2);
  const known = variables(configJsonSchema());
  for (const [, { environment, volumes, depends_on }] of gateways) {
    const ours = Object.keys(environment).filter((name) => name.startsWith('QUOIN_'));
    assert.ok(ours.length > 0 && ours.every((name) => known.has(name)), ours.join(' '));
    assert.deepEqual(Object.keys(depends_on!).toSorted(), ['postgres', 'redis']);
    assert.ok(volumes.includes(`data:${environment['QUOIN_DATA']!}`));
    const env = { ...environment, DATABASE_URL: environment['DATABASE_URL']!.replace(/\$\{.*\}/, 'secret') };
    const { problems } = loadConfig({ env, cwd: scratchFolder() });
    const aboutServers = problems.filter(({ check }) =>
      ['database-url', 'redis-url', 'one-store'].includes(check),
    );
    assert.deepEqual(aboutServers, []);
  }
});
