import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Chromium, Page, Person } from '@banyan/ui/testing';
import { good, request } from '../../kit/testing/request.ts';
import type { Credentials } from './demo-data.ts';
import { PASSWORD, stranger } from './visitor.ts';

/** Somebody in the middle of it, whose two tabs stay open while services move. */
export type Resident = {
  /** What they do between two moves: a reload in one tab, the next page in the other, each logged in as before. */
  goOn(): Promise<void>;
  /** Types into their profile without saving, so that it is there in whatever comes of the service meanwhile. */
  begin(headline: string): Promise<void>;
  /** Finds it after a reload, saves it, and finds it saved. */
  finish(headline: string): Promise<void>;
};

/**
 * One person's story as they see it, from the first visit to the offer: whatever answers behind the pages, each step is there to be taken and
 * shows what the one before has done. What has no page yet (the account, the search) is done by the public API. Throws at the first step that
 * fails, and when one of the pages had a problem.
 */
export async function liveStory(chromium: Chromium, origin: string): Promise<void> {
  const { person, page, token } = await arrive(chromium, origin);
  await describesThemselves(page);
  const job = await applies(origin, token);
  await sees(page, 'Applications');
  for (const state of ['Screening', 'Interview', 'Offer']) await movesTo(page, job, state);
  await page.reload();
  await isIn(page, job, 'Offer');
  await sees(page, 'Calendar');
  await logsOutInEveryTab(page, await person.tab('/profile'));
  assert.deepEqual(await person.end(), []);
}

export async function moveIn(chromium: Chromium, origin: string): Promise<Resident> {
  const { person, page } = await arrive(chromium, origin);
  const other = await person.tab('/profile');
  const headline = other.getByLabel('Headline');
  return {
    goOn: async () => {
      await page.reload();
      await isLoggedIn(page);
      await sees(page, 'Applications');
      await sees(page, 'Calendar');
    },
    begin: (text) => headline.fill(text),
    finish: async (text) => {
      await other.reload();
      await other.getByText(/What you entered .* was kept/).waitFor();
      assert.equal(await headline.inputValue(), text);
      await save(other);
      await other.reload();
      await headline.waitFor();
      assert.equal(await headline.inputValue(), text);
    },
  };
}

/** On the page of the login. */
async function enter(page: Page, { email, password }: Credentials): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** With an account since now, led to the login and from there to where they wanted to go. */
async function arrive(
  chromium: Chromium,
  origin: string,
): Promise<{ person: Person; page: Page; token: string }> {
  const who = { email: `story-${randomUUID()}@example.com`, password: PASSWORD };
  const body = { ...who, full_name: 'Ada Lovelace' };
  const { access_token: token } = await good(
    'registers',
    request(origin, 'POST', '/auth/register', { body }),
  );
  const person = await stranger(chromium, { origin });
  const page = await person.tab('/profile');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await enter(page, who);
  await isLoggedIn(page);
  await page.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
  return { person, page, token };
}

/** Is interrupted at it, and finds what was entered. */
async function describesThemselves(page: Page): Promise<void> {
  const headline = page.getByLabel('Headline');
  await headline.fill('Analyst of engines');
  await page.reload();
  await page.getByText(/What you entered .* was kept/).waitFor();
  assert.equal(await headline.inputValue(), 'Analyst of engines');
  await save(page);
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Your profile is saved').waitFor();
}

/** For the first engineer's job there is; as the board names it. */
async function applies(origin: string, token: string): Promise<string> {
  const { jobs } = await good('searches', request(origin, 'GET', '/jobs?q=engineer&limit=1'));
  const [{ id, title, company }] = jobs;
  await good('applies', request(origin, 'POST', '/applications', { token, body: { job_id: id } }));
  return `${title} at ${company.name}`;
}

/** By the navigation. */
async function sees(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: title }).click();
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

async function movesTo(page: Page, job: string, state: string): Promise<void> {
  await page.getByRole('row', { name: job }).getByRole('button', { name: 'Move to' }).click();
  const sent = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
  await page.getByRole('menuitem', { name: state }).click();
  assert.ok((await sent).ok(), `${state}: ${(await sent).status()}`);
  await isIn(page, job, state);
}

async function isIn(page: Page, job: string, state: string): Promise<void> {
  await page.getByRole('grid', { name: state }).getByRole('row', { name: job }).waitFor();
}

async function logsOutInEveryTab(page: Page, other: Page): Promise<void> {
  await other.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  for (const each of [page, other]) await each.getByRole('heading', { name: 'Log in' }).waitFor();
}

async function isLoggedIn(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}
