import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import { answersOf } from './testing/answers.ts';
import { newcomer, visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What is seen first: what a newcomer is led to, figures over time by choice, and reports. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('the dashboard', dashboardTests);

function dashboardTests(chromium: Chromium): void {
  const busy = async () => await visitor(chromium, { origin: world.origin }, world.people.busy);

  it('leads who has nothing yet to what is first', async () => {
    const page = await (await newcomer(chromium, { origin: world.origin })).tab('/');
    await page.getByRole('heading', { name: 'Start with a job that you like' }).waitFor();
    await page.getByRole('link', { name: 'Import a résumé' }).press('Enter');
    await page.waitForURL('**/profile/import');
  });

  it('tells what the monolith knows: how many, how far, and when, as a table too', async () => {
    const page = await (await busy()).tab('/');
    const activity = page.getByRole('figure', { name: 'Over time' });
    await activity.getByRole('button', { name: 'Show as a table' }).press('Enter');
    const weeks = activity.getByRole('row');
    // Its head, and twelve weeks.
    assert.equal(await weeks.count(), 13);
    await page.getByRole('region', { name: 'How far applications came' }).getByText('Interview').waitFor();
    assert.equal(
      await page.getByText('Chances of an answer').count(),
      0,
      'no place of what only a service has',
    );
  });

  it('counts over time what somebody chooses, which is in the address', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/analytics/dashboards', []);
    await answers.instead('/analytics/forecast', { refused: 'few', base_rate: null, applications: [] });
    await answers.instead('/analytics/reports', []);
    const asked: string[] = [];
    person.context.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/series'))
        asked.push(`${searchParams.get('metric')} ${searchParams.get('unit')}`);
    });
    await answers.instead('/analytics/series', {
      metric: 'answered',
      unit: 'day',
      zone: 'UTC',
      points: [{ period: '2026-06-01', count: 3 }],
    });
    const page = await person.tab('/?metric=answered');
    await page.getByRole('button', { name: 'Week By' }).press('Enter');
    await page.getByRole('option', { name: 'Day' }).press('Enter');
    await page.waitForURL('**/?metric=answered&unit=day');
    await page.getByText('3 in all, most on', { exact: false }).waitFor({ state: 'attached' });
    assert.deepEqual(new Set(asked), new Set(['answered week', 'answered day']));
  });

  it('has a report made, and hands it over when it is done', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/analytics/dashboards', []);
    await answers.instead('/analytics/series', { metric: 'applied', unit: 'week', zone: 'UTC', points: [] });
    await answers.instead('/analytics/forecast', { refused: 'few', base_rate: null, applications: [] });
    const report = { id: 7, format: 'csv', created_at: '2026-06-01T08:00:00.000Z', ended_at: null };
    await answers.instead('GET /analytics/reports', []);
    await answers.instead('POST /analytics/reports', { ...report, state: 'waiting' });
    await answers.instead('/analytics/reports/7/file', 'a,b');
    const page = await person.tab('/');
    const make = page.getByRole('button', { name: 'Make a table (CSV)' });
    await make.waitFor();
    await answers.instead('GET /analytics/reports', [{ ...report, state: 'running' }]);
    await make.press('Enter');
    await page.getByText('Being made').waitFor();
    await answers.instead('GET /analytics/reports', [{ ...report, state: 'done' }]);
    const taken = page.waitForEvent('download');
    await page.getByRole('button', { name: /^Download CSV/ }).press('Enter');
    const file = await taken;
    assert.equal(file.suggestedFilename(), 'job-search-7.csv');
    assert.match(readFileSync(await file.path(), 'utf8'), /a,b/);
  });
}
