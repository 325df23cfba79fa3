import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoWorld } from '../../../src/demo-world.ts';
import { problemsOf } from '../../../src/faces/demo/checks.ts';
import { openPlainBrowser } from '../../../src/faces/demo/citizen/browser.ts';
import { walk } from '../../../src/faces/demo/citizen/walk.ts';
import { OFFICES } from '../../../src/faces/demo/directory/demo-content.ts';
import { setStage } from '../../../src/faces/demo/stage.ts';
import { createNarrator } from '../../../src/faces/demo/story/narrator.ts';
import { scratchFolder } from '../../support/scratch.ts';

test('both outcomes in both versions hold what was promised, and the checks find what does not', async (t) => {
  const told: string[] = [];
  const narrator = createNarrator((line) => told.push(line), false);
  const folder = join(scratchFolder(), 'stage');
  const stage = await setStage(demoWorld(), { folder, narrator, onEvent: () => undefined });
  t.after(() => stage.close());
  const plan = { portal: stage.portal.url, authority: stage.authority.pem, narrator };

  assert.deepEqual(OFFICES.map(({ outcome, version }) => `${outcome} ${version}`).sort(), [
    'preview 1.2',
    'preview 2.0',
    'straight 1.2',
    'straight 2.0',
  ]);
  for (const office of OFFICES)
    await t.test(`${office.outcome}, EDM ${office.version}`, async () => {
      told.length = 0;
      const walked = await walk({ ...plan, office });
      assert.deepEqual(await problemsOf(stage, office, walked), []);
      const steps = told.flatMap((line) => /^\nStep (\d)/.exec(line)?.[1] ?? []);
      assert.deepEqual(steps, ['1', '2', '3', '4', '5', '6', '7']);

      const forged = { ...walked, evidence: Buffer.from('%PDF-1.4 another') };
      assert.deepEqual(await problemsOf(stage, office, forged), [
        'Not true: The citizen has what the provider sent.',
      ]);
      const other = OFFICES.find((one) => one.outcome !== office.outcome && one.version === office.version)!;
      assert.notDeepEqual(await problemsOf(stage, other, walked), []);
    });

  await t.test('the portal shows a case to nobody but whose it is', async () => {
    const { id } = stage.portal.cases.all()[0]!;
    const stranger = openPlainBrowser(stage.authority.pem);
    assert.equal((await stranger.open(`${stage.portal.url}/requests/${id}`)).status, 404);
    assert.equal((await stranger.open(`${stage.portal.url}/requests/${id}/evidence/0`)).status, 404);
    assert.equal((await stranger.open(`${stage.provider.url}/visits/${id}`)).status, 404);
    assert.equal((await stranger.open(`${stage.provider.url}/open?token=nothing`)).status, 404);
  });
});
