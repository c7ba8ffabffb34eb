import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { inChromium } from '@banyan/ui/testing';
import ICAL from 'ical.js';
import { answersOf } from './testing/answers.ts';
import { newcomer } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

const INTERVIEW = {
  id: 7,
  application_id: 3,
  title: 'Interview with Acme',
  location: 'Berlin',
  starts_at: '2026-04-14T08:30:00.000Z',
  ends_at: '2026-04-14T09:30:00.000Z',
};

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('the calendar', (chromium) => {
  it('is taken as a file by whoever has another one', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await answers.instead('/integrations/webhooks/types', { types: [] });
    await answers.instead('/integrations/interviews', { interviews: [INTERVIEW] });
    await answers.instead('/integrations/calendars/busy', { busy: [] });
    await answers.instead('/integrations/calendars', { calendars: [] });
    const page = await person.tab('/calendar?month=2026-04');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as .ics' }).press('Enter');
    const file = await download;
    assert.equal(file.suggestedFilename(), 'interviews-2026-04.ics');
    const [event] = new ICAL.Component(
      ICAL.parse(await readFile(await file.path(), 'utf8')),
    ).getAllSubcomponents('vevent');
    assert.equal(new ICAL.Event(event).summary, INTERVIEW.title);
  });
});
