import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { inChromium } from '@banyan/ui/testing';
import type { Page } from 'playwright-core';
import { ApiError, type ApiErrorCode, legacyAnswer } from '../kit/legacy-errors.ts';
import { answersOf } from './testing/answers.ts';
import { PASSWORD, stranger } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** The ways to an account and into it. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('an account', (chromium) => {
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
});

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
