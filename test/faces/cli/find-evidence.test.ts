import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { startGateway } from '../../../src/gateway.ts';
import { findConfiguredEvidence } from '../../../src/find-evidence.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { accessPointsIn, signAnswer, writeProblem } from '../../../src/oots/index.ts';
import { makeKeys, writeAccessPoint } from '../../support/access-point.ts';
import { directoryIdentity, KNOWN, serveAs, testDirectory } from '../../support/directories.ts';
import { NO_OFFICIAL_FILES, officialFiles } from '../../support/official-files.ts';
import { officialAnswers } from '../../support/official-answers.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { quoin } from './terminals.ts';

const identity = await directoryIdentity();
const TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:FI';

let certs: string;
before(async () => {
  certs = scratchFolder();
  await makeKeys(certs);
});

interface Changes {
  readonly anchor?: string;
  readonly signer?: string;
  readonly signatureAge?: string;
}

/** Settings of an access point whose one partner is `AP_FI_03`, for services at an address. */
function configured(url: string, changes: Changes = {}): string {
  const folder = scratchFolder();
  const anchor = join(folder, 'anchor.pem');
  writeFileSync(anchor, changes.anchor ?? identity.anchor.pem);
  const { config, pmode } = writeAccessPoint(folder, 'AP_XA_01', certs, {
    extraConfig: `commonServices:
  evidenceBroker: ${url}
  dataServiceDirectory: ${url}/
  allowPrivate: true
  anchors: ${anchor}
  signer: ${changes.signer ?? 'CN=Simulated directory'}
  timeout: 2m
  signatureAge: ${changes.signatureAge ?? '1h'}
`,
  });
  const text = readFileSync(pmode, 'utf8');
  writeFileSync(pmode, text.replace(/value: AP_XB_01, type: '[^']*'/, `value: AP_FI_03, type: '${TYPE}'`));
  return config;
}

async function directory(t: TestContext) {
  return await testDirectory(t, identity, {
    get now() {
      return Date.now();
    },
  });
}

test('the way to evidence is a tree that ends in what we can send to', async (t) => {
  const { url } = await directory(t);
  const config = configured(url);
  const { code, out, err } = await quoin(
    '--config',
    config,
    'find-evidence',
    '--procedure',
    'T3',
    '--country',
    'fi',
  );
  assert.equal(code, EXIT.done, err);
  assert.equal(err, '');
  assert.deepEqual(out.split('\n'), [
    `Birth  ${KNOWN.birth}`,
    '  proven by Evidence of FI',
    `    Certificate birth  ${KNOWN.birthFi}`,
    '      Extract <of> the register & more; application/pdf EN FI; assurance Substantial',
    '      provider Office of FI  EP_FI (urn:cef.eu:names:identifier:EAS:0096)',
    `        access point AP_FI_03 (${TYPE})`,
    '          speaks oots-edm:v1.2, oots-edm:v2.0, oots-edm:v9.0: 2.0 is the newest of both',
    '          ready: P-Mode oots (partner AP_XB_01)',
    '      Extract <of> the register & more; application/pdf EN FI; assurance Substantial',
    '      provider Office of FI  EP_FI (urn:cef.eu:names:identifier:EAS:0096)',
    `        access point AP_FI_04 (${TYPE})`,
    '          speaks oots-edm:v9.0: none that we speak',
    '          no P-Mode of ours knows it: agree on one with its operator',
    '  or by Evidence of FI, all of these together',
    `    Certificate name  ${KNOWN.nameFi}`,
    '      Nobody gives evidence of this type there. (DSD:ERR:0001)',
    `    Certificate extract  ${KNOWN.extractFi}`,
    '      The user must say more before a provider can be found. (DSD:ERR:0005)',
    `        Where?  --answer '${KNOWN.question}=VALUE'`,
    `Diploma  ${KNOWN.diploma}`,
    '  Nothing fits the question. (EB:ERR:0001)',
  ]);
});

test('for a program it is JSON with a verdict, and the answers of the user go along', async (t) => {
  const { url, asked } = await directory(t);
  const find = ['--config', configured(url), 'find-evidence', '--country', 'FI', '--json'];
  const { code, out } = await quoin(
    ...find,
    '--requirement',
    KNOWN.birth,
    '--answer',
    `${KNOWN.question}=091=1`,
  );
  assert.equal(code, EXIT.done);
  const found = JSON.parse(out) as Awaited<ReturnType<typeof findConfiguredEvidence>>;
  assert.equal(found.verdict, 'ready');
  assert.equal(accessPointsIn(found).length, 3);
  assert.ok(asked.some((one) => one.get(KNOWN.question) === '091=1'));
});

test('exit codes tell apart: found but not known, nobody, no answer, an answer that is refused', async (t) => {
  const services = await directory(t);
  const { url } = services;
  const find = async (config: string, ...argv: string[]) =>
    (await quoin('--config', config, 'find-evidence', ...argv)).code;
  const config = configured(url);
  assert.equal(await find(config, '--requirement', KNOWN.birth, '--country', 'SE'), EXIT.failed);
  assert.equal(await find(config, '--requirement', KNOWN.diploma, '--country', 'FI'), EXIT.notFound);
  assert.equal(await find(config, '--procedure', 'T1', '--country', 'FI'), EXIT.notFound);
  const stranger = configured(url, { signer: 'CN=Somebody else' });
  const refused = await quoin('--config', stranger, 'find-evidence', '--procedure', 'T3', '--country', 'FI');
  assert.equal(refused.code, EXIT.failed);
  assert.match(refused.out, /The signer of the answer is not trusted\. \(oots\/signer-not-trusted\)/);
  await services.close();
  assert.equal(await find(config, '--procedure', 'T3', '--country', 'FI'), EXIT.unreachable);
});

test('wrong usage and settings that lack the services are told with the cure', async (t) => {
  const { url } = await directory(t);
  const config = configured(url);
  for (const [argv, says] of [
    [[], /--country/],
    [['--country', 'FI'], /Nothing says what is looked for/],
    [['--procedure', 'T3', '--country', 'Finland'], /--country Finland is no country/],
    [['--procedure', 'T3', '--country', 'GR'], /Theirs is EL/],
    [['--procedure', 'T3', '--country', 'FI', '--for', 'F'], /--for F is no country/],
    [['--procedure', 'T3', '--country', 'FI', '--answer', 'municipality'], /Give NAME=VALUE/],
  ] as const) {
    const { code, err } = await quoin('--config', config, 'find-evidence', ...argv);
    assert.equal(code, EXIT.usage, err);
    assert.match(err, says);
  }
  const { config: without } = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const ask = ['find-evidence', '--procedure', 'T3', '--country', 'FI'];
  const none = await quoin('--config', without, ...ask);
  assert.equal(none.code, EXIT.failed);
  assert.match(none.err, /config\/common-services/);
  const empty = await quoin('--config', configured(url, { anchor: 'no certificate' }), ...ask);
  assert.match(empty.err, /commonServices\.anchors/);
});

test('a P-Mode that cannot be loaded is told beside what is found', async (t) => {
  const { url } = await directory(t);
  const config = configured(url);
  writeFileSync(join(config, '..', 'pmodes', 'broken.yaml'), 'id: [');
  const { code, err } = await quoin(
    '--config',
    config,
    'find-evidence',
    '--procedure',
    'T3',
    '--country',
    'FI',
  );
  assert.equal(code, EXIT.done);
  assert.match(err, /P-Mode not compared: .*broken\.yaml/);
});

test('what a directory writes does not steer the terminal', async (t) => {
  const told = { code: 'X:ERR', kind: 'unknown', message: 'bad \u009b31m', questions: [] } as const;
  const url = await serveAs(t, (_, response) => {
    const { headers, body } = signAnswer(writeProblem(told), identity.signer, new Date());
    response.writeHead(200, headers).end(body);
  });
  const { code, out } = await quoin(
    ...['--config', configured(url), 'find-evidence', '--procedure', 'T3', '--country', 'FI'],
  );
  assert.equal(code, EXIT.failed);
  assert.equal(out, 'bad \\u009b31m (X:ERR)');
});

test('a running access point tells portals the same, and starts with nothing it cannot use', async (t) => {
  const { url } = await directory(t);
  const start = async (file: string) => {
    const { config, problems } = loadConfig({ file, env: {} });
    assert.ok(config, JSON.stringify(problems));
    return await startGateway(config);
  };
  const gateway = await start(configured(url));
  t.after(() => gateway.stop());
  const answer = await fetch(`${gateway.api}/v1/evidence-types?procedure=T3&country=FI`);
  assert.equal(answer.status, 200);
  const found = (await answer.json()) as Awaited<ReturnType<typeof findConfiguredEvidence>>;
  assert.equal(found.verdict, 'ready');
  assert.deepEqual(accessPointsIn(found)[0]?.pmodes, [{ id: 'oots', partner: 'AP_XB_01', sends: true }]);
  await assert.rejects(start(configured(url, { anchor: 'nothing' })), { code: 'config/common-services' });
});

const official = { skip: officialAnswers.length === 0 ? NO_OFFICIAL_FILES : false };

test(
  'with the real answers the way leads to the access point of Finland, which our P-Mode knows',
  official,
  async (t) => {
    const byQuery = (query: URLSearchParams): string => {
      const name = query.get('queryId') ?? '';
      if (name.includes(':dsd:')) return 'dsd_data_services_fi';
      return name.includes('evidence-types') ? 'eb_evidence_types_fi' : 'eb_requirements_fr';
    };
    const url = await serveAs(t, (request, response) => {
      const name = byQuery(new URL(request.url ?? '', 'http://cs').searchParams);
      const { headers, body } = officialAnswers.find((one) => one.name === name)!;
      response.writeHead(200, { ...headers } as Record<string, string>).end(body);
    });
    const file = configured(url, {
      anchor: readFileSync(officialFiles('common-services/trust', 'acc.pem')[0]!, 'utf8'),
      signer: 'CN=EC-OOTS-CS-ACC,O=European Commission',
      // They were signed on two days.
      signatureAge: '0s',
    });
    const { config, problems } = loadConfig({ file, env: {} });
    assert.ok(config, JSON.stringify(problems));
    const wish = { procedure: '00', country: 'FI', procedureCountry: 'FR' };
    const found = await findConfiguredEvidence(config, wish, () => Date.parse('2026-07-29T12:00:00Z'));
    assert.equal(found.verdict, 'ready');
    assert.deepEqual(
      accessPointsIn(found).map(({ identifier, version, ready, pmodes }) => [
        identifier.value,
        version,
        ready,
        pmodes,
      ]),
      [['AP_FI_03', '2.0', true, [{ id: 'oots', partner: 'AP_XB_01', sends: true }]]],
    );
  },
);
