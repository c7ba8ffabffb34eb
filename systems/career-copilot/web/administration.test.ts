import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { until } from '@banyan/postgres/until';
import { type Chromium, chromiumMissing, inChromium } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { type Answers, answersOf } from './testing/answers.ts';
import { authIsThere } from './testing/auth-service.ts';
import { withTrials } from './testing/notifications-service.ts';
import { visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** Administration by the keyboard: accounts, templates and campaigns, and what becomes of changes that are refused. */

let world: World;

before(async () => {
  if (!chromiumMissing()) world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('administration', administrationTests);

const SINCE = '2026-05-20T08:00:00.000Z';
const GRACE = {
  id: 77,
  email: 'grace@example.com',
  is_active: true,
  role: 'user',
  email_verified_at: SINCE,
  suspension_reason: null,
  suspended_at: null,
  created_at: SINCE,
  updated_at: SINCE,
};
const WORDS = { subject: 'News', body: 'There is news.', action: '', short: '' };
const stored = (version: number, body: string) => ({
  kind: 'news',
  locale: 'en',
  version,
  words: { ...WORDS, body },
  sample: {},
});
const SUSPENDED = { ...GRACE, is_active: false, suspended_at: SINCE, suspension_reason: 'Spam' };
const pageOf = (...users: object[]) => ({ users, next_cursor: null });

function administrationTests(chromium: Chromium): void {
  const at = async (path: string, given: (answers: Answers) => Promise<unknown>) => {
    const person = await visitor(chromium, { origin: world.origin }, world.people.administrator);
    const answers = answersOf(person);
    await authIsThere(person);
    await answers.instead('/notifications/preferences', {});
    await given(answers);
    return { person, answers, page: await person.tab(path) };
  };
  const suspend = async (page: Page, reason: string) => {
    await page.getByRole('button', { name: 'What to do with grace@example.com' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Suspend' }).press('Enter');
    // What destroys nothing by accident has the focus first.
    await page.getByRole('button', { name: 'Cancel' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.type(reason);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
  };

  it('has an account suspended for a reason by the keyboard, and taken back', async () => {
    const { page, answers } = await at('/administration/users', (to) => to.instead('/users', pageOf(GRACE)));
    await page.getByRole('row', { name: 'grace@example.com' }).waitFor();
    await answers.instead('POST /users/77/suspend', SUSPENDED);
    await answers.instead('POST /users/77/reinstate', GRACE);
    const asked = page.waitForRequest((request) => request.url().endsWith('/77/suspend'));
    await answers.instead('/users', pageOf(SUSPENDED), 1);
    await suspend(page, 'Spam');
    assert.deepEqual((await asked).postDataJSON(), { reason: 'Spam' });
    await page.getByText('grace@example.com is suspended').waitFor();
    await page.getByText('Reason: Spam').waitFor();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByText('grace@example.com is active again').waitFor();
    await page.getByText('Reason: Spam').waitFor({ state: 'detached' });
  });

  it('shows an account as it was when its suspension is refused, with the reason', async () => {
    const { page, answers } = await at('/administration/users', (to) => to.instead('/users', pageOf(GRACE)));
    await page.getByRole('row', { name: 'grace@example.com' }).waitFor();
    await answers.refuse('/users/77/suspend', { status: 409, code: 'NOT_YOURSELF' });
    await suspend(page, 'Spam');
    await page.getByText('The account was not suspended').waitFor();
    await page.getByText('You cannot lock your own account.').waitFor();
    await page.getByText('Reason: Spam').waitFor({ state: 'detached' });
  });

  it('looks for accounts when whoever types pauses, at an address that says it', async () => {
    const { page } = await at('/administration/users', (to) => to.instead('/users', pageOf(GRACE)));
    await page.getByRole('row', { name: 'grace@example.com' }).waitFor();
    const asked = page.waitForRequest((request) => request.url().includes('q=gra'));
    await page.getByLabel('E-mail address').pressSequentially('gra');
    await asked;
    await page.waitForURL('**/users?q=gra');
    await page.reload();
    assert.equal(await page.getByLabel('E-mail address').inputValue(), 'gra');
  });

  it('keeps what was written of a template that somebody else has changed meanwhile', async () => {
    const { page, answers } = await at('/administration/templates/news/en', async (to) => {
      await to.instead('/notifications/templates/news/en', stored(1, WORDS.body));
      await to.instead('/notifications/templates/news/en/preview', { ...WORDS, text: 'As text', html: '' });
    });
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('What I have written.');
    // Drafts are kept when somebody pauses.
    await until(async () =>
      String(await page.evaluate('JSON.stringify(localStorage)')).includes('What I have written.'),
    );
    await answers.instead('GET /notifications/templates/news/en', stored(2, 'What others have written.'));
    await answers.refuse(
      'PUT /notifications/templates/news/en',
      { status: 412, code: 'PRECONDITION_FAILED' },
      1,
    );
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('The template was not saved').waitFor();
    await page.getByText(/What you entered .* was kept/).waitFor();
    assert.equal(
      await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue(),
      'What I have written.',
    );
    await answers.instead('PUT /notifications/templates/news/en', stored(3, 'What I have written.'));
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    assert.equal((await sent).headers()['if-match'], '"2"');
    await page.getByText('The template is saved').waitFor();
  });

  it('shows how a message comes out as a mail, in which nothing runs, and as text', async () => {
    const html =
      '<html><head></head><body><p>As <b>mail</b></p><a href="/administration">Away</a><script>parent.ran = 1</script></body></html>';
    const { person, page } = await at('/administration/templates/news/en', async (to) => {
      await to.instead('/notifications/templates/news/en', stored(1, WORDS.body));
      await to.instead('/notifications/templates/news/en/preview', { ...WORDS, text: 'As text', html });
    });
    person.allow(/^console: Blocked (script execution|opening)/);
    const mail = page.frameLocator('iframe');
    await mail.getByText('As mail').waitFor();
    await mail.getByRole('link', { name: 'Away' }).click();
    await mail.getByText('As mail').waitFor();
    assert.equal(await page.evaluate('window.ran'), undefined);
    await page.getByRole('tab', { name: 'Text only' }).click();
    await page.getByText('As text').waitFor();
  });

  it('sends whoever writes a template what stands there, kept or not', async () => {
    const { page } = await at('/administration/templates/news/en', async (to) => {
      await to.instead('/notifications/templates/news/en', stored(1, WORDS.body));
      await to.instead('/notifications/templates/news/en/preview', { ...WORDS, text: 'As text', html: '' });
      await withTrials(to, { state: 'sent' });
    });
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Not kept yet.');
    const sent = page.waitForRequest((request) => request.url().endsWith('/templates/news/en/test'));
    await page.getByRole('button', { name: 'Send me a test' }).press('Enter');
    assert.equal((await sent).postDataJSON().words.body, 'Not kept yet.');
    await page.getByText('It was sent: look whether it is there').waitFor();
  });

  it('writes a campaign that goes out only when it is begun', async () => {
    const id = '018f6f0e-0000-7000-8000-000000000001';
    const campaign = {
      id,
      name: 'Spring',
      state: 'draft',
      words: { subject: 'Spring is here', body: 'Look.', action: '' },
      link: null,
      audience: {},
      per_minute: 60,
      created_at: SINCE,
    };
    const { page, answers } = await at('/administration/campaigns/new', async (to) => {
      await to.instead('/notifications/templates/news/en/preview', {
        subject: 'Spring is here',
        text: 'Look.',
        html: '',
        short: '',
      });
      await to.instead('POST /notifications/campaigns', campaign);
      await to.instead('GET /notifications/campaigns', { items: [campaign], next_cursor: null });
      await to.instead(`/notifications/campaigns/${id}`, { ...campaign, messages: {} });
    });
    const previewed: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/preview')) previewed.push(request.postDataJSON().words.body);
    });
    await page.getByLabel('Name').fill('Spring');
    await page.getByLabel('Subject').fill('Spring is here');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Look.');
    const made = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/campaigns'),
    );
    await page.getByRole('button', { name: 'Save as a draft' }).press('Enter');
    const { name, words, audience, per_minute } = campaign;
    assert.deepEqual((await made).postDataJSON(), { name, words, audience, per_minute });
    await page.waitForURL(`**/campaigns/${id}`);
    await page.getByRole('heading', { level: 1, name: 'Spring' }).waitFor();
    await answers.instead(`POST /notifications/campaigns/${id}/start`, { ...campaign, state: 'running' });
    await answers.instead(`/notifications/campaigns/${id}`, {
      ...campaign,
      state: 'running',
      messages: { sent: 3 },
    });
    await page.getByRole('button', { name: 'Start' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).press('Enter');
    await page.getByText('Running').waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    // Nobody is asked how it comes out before there is something to come out.
    assert.deepEqual(new Set(previewed), new Set(['Look.']));
  });
}
