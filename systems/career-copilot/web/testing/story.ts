import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Chromium, Page } from '@banyan/ui/testing';
import { PASSWORD, stranger } from './visitor.ts';

type Locator = ReturnType<Page['getByRole']>;
type Response = Awaited<ReturnType<Page['waitForResponse']>>;

/** Somebody in the middle of it, whose two tabs stay open while services move. */
export type Resident = {
  /** What they do while a service moves: the next pages in one tab, after a reload every other time, each logged in as before. */
  goOn(): Promise<void>;
  /** Types into their profile without saving, so that it is there in whatever comes of the service meanwhile. */
  begin(headline: string): Promise<void>;
  /** Finds it after a reload, saves it, and finds it saved. */
  finish(headline: string): Promise<void>;
};

/**
 * A window in which one person after the other goes their way from the sign-up to the offer, as they see it: whatever answers behind the pages,
 * each step is there to be taken and shows what the one before has done, and nothing of whoever was there before is left. A story rejects at the
 * first step that fails; what the pages had for problems comes with the end of the test.
 */
export async function openWindow(chromium: Chromium, origin: string): Promise<() => Promise<void>> {
  const person = await stranger(chromium, { origin });
  const page = await person.tab('/profile');
  const tell = async () => {
    await signsUp(page);
    await sees(page, 'Profile');
    await page.getByLabel('Headline').fill('Analyst of engines');
    await save(page);
    await sees(page, 'Jobs');
    const job = await applies(page);
    await sees(page, 'Applications');
    for (const state of ['Screening', 'Interview', 'Offer']) await movesTo(page, job, state);
    await reload(page);
    await isIn(page, job, 'Offer');
    await isToldOfIt(page);
    await seesWhereTheyStand(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  };
  return () => person.watched(tell);
}

export async function moveIn(chromium: Chromium, origin: string): Promise<Resident> {
  const person = await stranger(chromium, { origin });
  const page = await person.tab('/applications');
  await signsUp(page);
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
  const other = await person.tab('/profile');
  const headline = other.getByLabel('Headline');
  let laps = 0;
  return {
    goOn: () =>
      person.watched(async () => {
        if (laps++ % 2 === 0) await reload(page);
        await isLoggedIn(page);
        await sees(page, 'Calendar');
        await sees(page, 'Applications');
      }),
    begin: (text) => headline.fill(text),
    finish: (text) =>
      person.watched(async () => {
        await reload(other);
        await other.getByText(/What you entered .* was kept/).waitFor();
        assert.equal(await headline.inputValue(), text);
        await save(other);
        await reload(other);
        await headline.waitFor();
        assert.equal(await headline.inputValue(), text);
      }),
  };
}

/** From the page of the login, to which strangers are led. */
async function signsUp(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill(`story-${randomUUID()}@example.com`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await isLoggedIn(page);
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Your profile is saved').waitFor();
}

/** For the first engineer's job that they find; as the board names it. */
export async function applies(page: Page): Promise<string> {
  await page.getByLabel('What').fill('engineer');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(/[?&]q=engineer/);
  const first = page
    .getByRole('feed', { name: 'Jobs found' })
    .getByRole('article', { name: /engineer/i })
    .first();
  const job = (await first.getAttribute('aria-label'))!;
  await first.click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByText(/^You applied here on/).waitFor();
  return job;
}

/** Until the new page is there: what is to be seen in it is waited for by whoever looks, and when all that it asks for is there nobody sees. */
export async function reload(page: Page): Promise<void> {
  await page.reload({ waitUntil: 'commit' });
}

/** By the navigation. */
export async function sees(page: Page, title: string): Promise<void> {
  const navigation = page.getByRole('navigation', { name: 'Main' });
  // How many there are that nobody has read stands beside the word.
  await navigation.getByRole('link', { name: new RegExp(`^${title}( |$)`) }).click();
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

export async function movesTo(page: Page, job: string, state: string): Promise<void> {
  await page.getByRole('row', { name: job }).getByRole('button', { name: 'Move to' }).click();
  const sent = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && !isOfNobody(answer));
  await page.getByRole('menuitem', { name: state }).click();
  assert.ok((await sent).ok(), `${state}: ${(await sent).status()}`);
  await isIn(page, job, state);
}

/** Of the service's route, while its users are at the monolith again: pages take the one then that both have. */
function isOfNobody(answer: Response): boolean {
  return answer.status() === 404 && new URL(answer.url()).pathname.startsWith('/api/v2/');
}

async function isIn(page: Page, job: string, state: string): Promise<void> {
  await page.getByRole('grid', { name: state }).getByRole('row', { name: job }).waitFor();
}

/** Of each move, until they have read all of it. The service tells of the application itself, too; the monolith does not. */
async function isToldOfIt(page: Page): Promise<void> {
  await sees(page, 'Notifications');
  await comesTo(page, page.getByText('Your application moved from interview to offer.'));
  await page.getByRole('link', { name: /^Notifications [34] unread$/ }).waitFor();
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await page.getByText('You have read everything').waitFor();
}

async function seesWhereTheyStand(page: Page): Promise<void> {
  await sees(page, 'Dashboard');
  await page.getByText('1 application is under way.').waitFor();
  const steps = page.getByRole('region', { name: 'How far applications came' }).getByRole('listitem');
  await comesTo(page, steps.filter({ hasText: /^Offer\s*1/ }));
}

/** What others than the one who was asked must have heard of: they hear of it a moment later, and whoever cannot wait looks again. */
async function comesTo(page: Page, what: Locator): Promise<void> {
  for (let look = 1; ; look++)
    try {
      return await what.waitFor({ timeout: LOOK_MS });
    } catch (error) {
      if (look === LOOKS) throw error;
      await reload(page);
    }
}

const LOOK_MS = 10_000;
const LOOKS = 12;

async function isLoggedIn(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}
