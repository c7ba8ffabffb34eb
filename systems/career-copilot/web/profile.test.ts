import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { until } from '@banyan/postgres/until';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { answersOf } from './testing/answers.ts';
import { newcomer } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** Profile, import of a résumé and calendar: the ways through, and what becomes of what was entered. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('profile and calendar', (chromium) => {
  describe('the profile', () => profileTests(chromium));
  describe('the calendar', () => calendarTests(chromium));
});

function profileTests(chromium: Chromium): void {
  const atProfile = async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/profile');
    await page.getByLabel('Headline').waitFor();
    return { person, page, answers: answersOf(person) };
  };

  it('is filled in by the keyboard alone, saved, and is as it was again', async () => {
    const { page } = await atProfile();
    await page.getByRole('button', { name: 'A headline' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Data Engineer');
    await page.getByRole('button', { name: 'Five skills or more' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('SQL, Go, sql');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'Go' }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2);
    await page.getByLabel('Headline').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Your profile is saved').waitFor();
    await page.reload();
    await page.getByRole('row', { name: 'SQL' }).waitFor();
    assert.equal(await page.getByLabel('Headline').inputValue(), 'Data Engineer');
  });

  it('leaves no draft of what is saved, however soon', async () => {
    const { person, page } = await atProfile();
    await person.context.clock.install();
    await page.reload();
    await page.getByLabel('Headline').fill('Data Engineer');
    await page.getByLabel('Headline').press('Enter');
    await page.getByText('Your profile is saved').waitFor();
    await page.clock.runFor(1_000);
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /Data Engineer/);
  });

  it('keeps what was entered right before the page was left for another', async () => {
    const { page } = await atProfile();
    await page.getByLabel('Headline').fill('Half a head');
    await page.getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('heading', { name: 'Calendar', level: 1 }).waitFor();
    await page.goBack();
    await page.getByText(/What you entered .* was kept/).waitFor();
    assert.equal(await page.getByLabel('Headline').inputValue(), 'Half a head');
  });

  it('can be taken back once it is saved', async () => {
    const { page } = await atProfile();
    await page.getByLabel('Where you live').fill('Łódź');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Your profile is as it was').waitFor();
    assert.equal(await page.getByLabel('Where you live').inputValue(), '');
  });

  it('misses a name that was emptied, where it is', async () => {
    const { page } = await atProfile();
    await page.getByLabel('Name').fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Enter this.').waitFor();
    await page.locator('input[name=full_name]:focus').waitFor();
  });

  it('keeps what was entered while it cannot be saved, and over a reload', async () => {
    const { person, page } = await atProfile();
    await page.getByLabel('Headline').fill('Half a head');
    // Drafts are kept when somebody pauses.
    await until(async () =>
      String(await page.evaluate('JSON.stringify(localStorage)')).includes('Half a head'),
    );
    await person.offline(true);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Your profile was not saved').waitFor();
    assert.equal(await page.getByLabel('Headline').inputValue(), 'Half a head');
    await person.offline(false);
    await page.reload();
    await page.getByText(/What you entered .* was kept/).waitFor();
    assert.equal(await page.getByLabel('Headline').inputValue(), 'Half a head');
    await page.getByRole('button', { name: 'Begin anew' }).click();
    assert.equal(await page.getByLabel('Headline').inputValue(), '');
  });

  it('says why a change was refused, and still has it', async () => {
    const { page, answers } = await atProfile();
    await page.getByLabel('Headline').fill('Data Engineer');
    await answers.refuse('/users/me', { status: 503, code: 'PROFILE_UNAVAILABLE' }, 1);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Your profile cannot be read at the moment.').waitFor();
    assert.equal(await page.getByLabel('Headline').inputValue(), 'Data Engineer');
  });

  it('says that it takes long, or when it is asked for again, and is there in the end', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    await person.context.clock.install();
    const answers = answersOf(person);
    await answers.refuse('/users/me', { status: 503, code: 'PROFILE_UNAVAILABLE', retryAfter: 60 }, 1);
    const page = await person.tab('/profile');
    await page.getByText(/We try again in \d+ seconds/).waitFor();
    const release = await answers.hold('/users/me');
    await page.clock.fastForward(70_000);
    await page.getByText('This is taking longer than usual.').waitFor();
    release();
    await page.getByLabel('Headline').waitFor();
  });

  it('takes of a résumé what its owner has chosen and corrected, and nothing before', async () => {
    const { page, answers } = await atProfile();
    const resume = { work: [{ position: 'Engineer' }, { position: 'Clerk' }] };
    const profile = { full_name: 'Ada King', headline: 'Enginer', skills: ['SQL', 'Go'] };
    await answers.instead('/users/me/preferences', {});
    await answers.instead('/users/me/resume', {
      kind: 'pdf',
      resume,
      confidence: {},
      profile,
      confirmed_at: null,
    });
    await page.goto('/profile/import');
    await page.locator('input[type=file]').setInputFiles({
      name: 'resume.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF'),
    });
    await page.getByLabel('Headline from the file').fill('Engineer');
    await page.getByRole('checkbox', { name: 'Go' }).press('Space');
    await page.getByRole('checkbox', { name: 'Take Clerk' }).press('Space');
    await page.getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('button', { name: 'Stay here' }).press('Enter');
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await page.getByRole('button', { name: 'Save to my profile' }).press('Enter');
    assert.deepEqual((await sent).postDataJSON(), {
      profile: { headline: 'Engineer', skills: ['SQL'] },
      resume: { work: [{ position: 'Engineer' }], education: [] },
    });
    await page.waitForURL('**/profile');
  });
}

function calendarTests(chromium: Chromium): void {
  const INTERVIEW = {
    id: 5,
    application_id: 1,
    title: 'Interview',
    location: '',
    starts_at: '2026-04-14T08:30:00.000Z',
    ends_at: '2026-04-14T09:30:00.000Z',
  };

  const atCalendar = async (path: string, locale = 'en-GB') => {
    const person = await newcomer(chromium, { origin: world.origin, locale, timezone: 'Europe/Berlin' });
    const answers = answersOf(person);
    await answers.instead('/integrations/webhooks/types', { types: [] });
    await answers.instead('/integrations/interviews', { interviews: [INTERVIEW] });
    await answers.instead('/integrations/calendars/busy', { busy: [] });
    await answers.instead('/integrations/calendars', { calendars: [] });
    const page = await person.tab(path);
    return { answers, page };
  };
  const headings = async (page: Page) => await page.getByRole('columnheader').allInnerTexts();

  it('has weeks as the reader is used to them, and times of their zone', async () => {
    const british = await atCalendar('/calendar?month=2026-04');
    await british.page.getByRole('button', { name: '10:30 Interview' }).waitFor();
    assert.equal((await headings(british.page))[0], 'Mon');
    const american = await atCalendar('/calendar?month=2026-04', 'en-US');
    await american.page.getByRole('button', { name: '10:30 AM Interview' }).waitFor();
    assert.equal((await headings(american.page))[0], 'Sun');
  });

  it('goes from month to month, and back by the browser', async () => {
    const { page } = await atCalendar('/calendar?month=2026-04');
    await page.getByRole('heading', { name: 'April 2026' }).waitFor();
    await page.getByRole('button', { name: 'Next month' }).press('Enter');
    await page.getByRole('heading', { name: 'May 2026' }).waitFor();
    await page.getByRole('link', { name: 'Agenda' }).press('Enter');
    await page.waitForURL('**/calendar?*view=agenda*');
    await page.goBack();
    await page.goBack();
    await page.getByRole('heading', { name: 'April 2026' }).waitFor();
  });

  it('is walked through by arrows, over the end of a month too', async () => {
    const { page } = await atCalendar('/calendar?month=2026-04&day=2026-04-30');
    await page.getByRole('button', { name: /^Thursday 30 April/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('[data-day="2026-05-01"]:focus').waitFor();
    await page.getByRole('heading', { name: 'May 2026' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-day="2026-05-08"]:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**day=2026-05-08*');
  });

  it('moves an interview by what its form says, in the time of the zone', async () => {
    const { page, answers } = await atCalendar('/calendar?month=2026-04');
    await answers.instead('/integrations/interviews/*', { ...INTERVIEW, conflicts: [] });
    await page.getByRole('button', { name: '10:30 Interview' }).press('Enter');
    await page.getByLabel('Title').fill('Second round');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    const { id: _, ...same } = INTERVIEW;
    assert.deepEqual((await sent).postDataJSON(), { ...same, title: 'Second round' });
    await page.getByText('The interview is changed').waitFor();
    assert.ok(!page.url().includes('interview='));
  });

  it('shows an interview again whose cancelling was refused, with the reason', async () => {
    const { page, answers } = await atCalendar('/calendar?month=2026-04&interview=5');
    await answers.refuse('/integrations/interviews/*', { status: 503, code: 'UNAVAILABLE' });
    await page.getByRole('button', { name: 'Cancel the interview' }).press('Enter');
    await page.getByText('The interview was not cancelled').waitFor();
    await page.getByRole('button', { name: '10:30 Interview' }).waitFor();
  });
}
