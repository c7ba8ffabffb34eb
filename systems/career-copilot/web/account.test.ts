import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium, type Person } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { ApiError, type ApiErrorCode, legacyAnswer } from '../kit/legacy-errors.ts';
import { type Answers, answersOf } from './testing/answers.ts';
import { authIsThere } from './testing/auth-service.ts';
import { newcomer, stranger } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** The ways to an account and into it, and what its owner sets. */

const PASSWORD = 'correct horse battery';
let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('account and settings', (chromium) => {
  describe('an account', () => accountTests(chromium));
  describe('settings', () => settingsTests(chromium));
});

function accountTests(chromium: Chromium): void {
  const open = async (path: string) => {
    const person = await stranger(chromium, { origin: world.origin });
    return { person, answers: answersOf(person), page: await person.tab(path) };
  };

  it('is got by the keyboard alone, and leads to the page that was asked for', async () => {
    const { page } = await open('/login?next=%2Fprofile');
    await page.getByRole('link', { name: 'Create an account' }).press('Enter');
    await page.getByLabel('Your name').focus();
    await page.keyboard.type('Ada Lovelace');
    await page.keyboard.press('Tab');
    await page.keyboard.type('ada-of-the-keyboard@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${world.origin}/profile`);
  });

  it('says at its field that an address has one already, and lets go on', async () => {
    const { person, page } = await open('/register');
    person.allow(/^400 /);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('E-mail').fill(world.people.busy.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByText('There is an account with this e-mail address').waitFor();
    await page.locator('input[name=email]:focus').waitFor();
  });

  it('shows what is typed as its password only while somebody wants to see it, and keeps none', async () => {
    const { page } = await open('/register');
    const field = page.getByLabel('Password');
    await field.fill(PASSWORD);
    assert.equal(await field.getAttribute('type'), 'password');
    assert.equal(await field.getAttribute('autocomplete'), 'new-password');
    await page.getByRole('button', { name: 'Show what is typed' }).press('Enter');
    assert.equal(await field.getAttribute('type'), 'text');
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /correct horse/);
  });

  it('with a second factor asks for a code, says that it was wrong, and takes one for recovery', async () => {
    const { person, page } = await open('/login');
    person.allow(/^401 /);
    const sent = await refuseLogins(page, ['CODE_NEEDED', 'BAD_LOGIN']);
    await logIn(page, world.people.busy);
    await page.locator('input[name=code]:focus').waitFor();
    await page.keyboard.type('123 456');
    await page.keyboard.press('Enter');
    await page.getByText('This code is not right').waitFor();
    await page.getByRole('button', { name: 'Use a recovery code' }).press('Enter');
    await page.getByLabel('Recovery code').fill('ABCD-EFGH');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname !== '/login');
    assert.deepEqual(sent, [undefined, '123 456', 'ABCD-EFGH']);
  });

  it('gets a new password by a link, whose token is in the address no longer than it is good', async () => {
    const { answers, page } = await open('/reset-password#token=of-the-mail');
    await answers.instead('/auth/password-reset/confirm', {});
    await page.getByLabel('New password').fill(PASSWORD);
    const sent = page.waitForRequest('**/password-reset/confirm');
    await page.keyboard.press('Enter');
    assert.deepEqual((await sent).postDataJSON(), { token: 'of-the-mail', new_password: PASSWORD });
    await page.getByText('Your password is changed').waitFor();
    assert.equal(new URL(page.url()).hash, '');
  });

  it('has its address confirmed by a press, not by the opening of a link', async () => {
    const { answers, page } = await open('/verify-email#token=of-the-mail');
    await answers.instead('/auth/email-verification/confirm', {});
    const sent = page.waitForRequest('**/email-verification/confirm');
    await page.getByRole('button', { name: 'Confirm the address' }).press('Enter');
    assert.deepEqual((await sent).postDataJSON(), { token: 'of-the-mail' });
    await page.getByText('Your address is confirmed').waitFor();
    await page.locator('main:focus').waitFor();
  });

  it('is asked for another link where one is not good any more', async () => {
    const { answers, page } = await open('/reset-password#token=old');
    await answers.refuse('/auth/password-reset/confirm', { status: 400, code: 'BAD_LINK' });
    await page.getByLabel('New password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Ask for a new link' }).waitFor();
  });
}

function settingsTests(chromium: Chromium): void {
  const open = async (path: string, given?: (answers: Answers, person: Person) => Promise<unknown>) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await given?.(answers, person);
    return { person, answers, page: await person.tab(path) };
  };

  it('have an address for each part, and leave out what nobody answers yet', async () => {
    const { page } = await open('/settings');
    await page.getByRole('link', { name: 'Security' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'General' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Privacy' }).count(), 0);
    await page.goto('/settings/privacy');
    await page.getByText('This is not here yet').waitFor();
  });

  it('change the password by the keyboard, once the current one is right', async () => {
    const { person, page } = await open('/settings/security');
    person.allow(/^400 /);
    const [current, next] = [page.getByLabel('Current password'), page.getByLabel('New password')];
    await current.fill('not my password');
    await next.fill('a longer password');
    await next.press('Enter');
    await page.getByText('This is not your current password.').waitFor();
    await current.fill(PASSWORD);
    await current.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    assert.equal(await current.inputValue(), '');
    assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /password/);
  });

  it('show a session again whose end was refused, with the reason', async () => {
    const { page } = await open('/settings/security', async (answers, person) => {
      await authIsThere(person);
      await answers.instead('/auth/sessions', { sessions: SESSIONS });
      await answers.instead('GET /auth/second-factor', { enabled: false, recovery_codes_left: 0 });
      await answers.instead('/oauth/grants', { grants: [] });
      await answers.instead('/auth/email-verification', { email: 'ada@example.com', email_verified: true });
      await answers.refuse('/auth/sessions/*', { status: 503, code: 'UNAVAILABLE' });
    });
    await page.getByRole('button', { name: /^End the session since 12 May/ }).press('Enter');
    await page.getByText('The session was not ended').waitFor();
    await page.getByRole('button', { name: /^End the session since 12 May/ }).waitFor();
    assert.equal(await page.getByText('Here', { exact: true }).count(), 1);
  });

  it('delete an account only for whoever types whose it is', async () => {
    const { page } = await open('/settings/data', (answers) => answers.instead('/users/me/preferences', {}));
    let deleted = 0;
    await page.route('**/api/v1/users/me', (route) => {
      if (route.request().method() !== 'DELETE') return route.fallback();
      deleted += 1;
      return route.fulfill({ status: 204 });
    });
    await page.getByRole('button', { name: 'Delete the account' }).press('Enter');
    const field = page.getByLabel(/^Type ada/);
    await field.fill('somebody@example.com');
    await field.press('Enter');
    await page.getByText('This is not the address of your account.').waitFor();
    assert.equal(deleted, 0);
    const label = await page
      .getByText(/^Type ada/)
      .first()
      .innerText();
    await field.fill(label.match(/ada-\S+@example\.com/)![0].toUpperCase());
    await field.press('Enter');
    await page.waitForURL(`${world.origin}/login`);
    assert.equal(deleted, 1);
  });
}

const SESSIONS = [12, 3].map((day, n) => ({
  id: `5f0f6c0e-8a0e-4c0a-9d63-0d5a3c1a7a0${n}`,
  started_at: `2026-05-${String(day).padStart(2, '0')}T07:12:00.000Z`,
  last_used_at: '2026-06-02T09:28:00.000Z',
  expires_at: '2026-07-02T09:28:00.000Z',
  current: day === 3,
}));

/** Logins are refused by these in turn, then let through as without a second factor; resolves with the codes that were sent. */
async function refuseLogins(
  page: Page,
  refusals: readonly ApiErrorCode[],
): Promise<Array<string | undefined>> {
  const codes: Array<string | undefined> = [];
  await page.route('**/session', async (route) => {
    const { code, ...credentials } = route.request().postDataJSON() as Record<string, string>;
    const refusal = refusals[codes.push(code) - 1];
    if (refusal === undefined) return await route.fallback({ postData: JSON.stringify(credentials) });
    const { status, headers, body } = legacyAnswer(new ApiError(refusal));
    return await route.fulfill({ status, headers, json: body });
  });
  return codes;
}

async function logIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}
