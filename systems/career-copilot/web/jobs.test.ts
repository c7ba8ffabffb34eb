import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import { answersOf } from './testing/answers.ts';
import { newcomer } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** Jobs: searched, read, saved and applied for, and what becomes of it where something is refused. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('jobs', jobsTests);

const PAGE = 50;
const PAGES = 8;
const job = (id: number) => ({
  id,
  company: { id: 1, name: 'Acme', industry: null },
  title: `Analyst ${id}`,
  location: 'Berlin',
  job_type: 'full_time',
  remote: false,
  salary_min: 50_000,
  salary_max: 60_000,
  requirements: ['SQL'],
  posted_at: '2026-06-01T08:00:00.000Z',
});
const SAVED = {
  id: 3,
  name: 'Analysts',
  criteria: { q: 'analyst' },
  frequency: 'daily',
  active: true,
  found: 2,
  told_at: null,
  created_at: '2026-06-01T08:00:00.000Z',
};
const withSaved = async (given: ReturnType<typeof answersOf>) => {
  await given.instead('/jobs/match-settings', {});
  await given.instead('GET /jobs/saved-searches', { searches: [SAVED] });
};
const FOUND_NEAR = {
  jobs: [{ ...job(1), highlights: { title: 'Analyst', description: '-' }, distance_km: 27.3 }],
  total_count: 1,
  page: 1,
  limit: PAGE,
  total_pages: 1,
  counts: 'exact',
  next_cursor: null,
  matched: 'words',
  near: { name: 'Berlin', country: 'DE', latitude: 52.52, longitude: 13.41, within: 25, left_out: 3 },
  facets: {
    job_type: [],
    remote: [],
    location: [],
    seniority: [
      { value: 'unstated', count: 1 },
      { value: 'senior', count: 2 },
    ],
    company: [],
  },
};
const pageOf = (page: number) => ({
  // The last one of the page before is there again, as where a job has come meanwhile.
  jobs: Array.from({ length: PAGE }, (_, n) => job((page - 1) * (PAGE - 1) + n + 1)),
  total_count: PAGE * PAGES,
  page,
  limit: PAGE,
  total_pages: PAGES,
});

function jobsTests(chromium: Chromium): void {
  const open = async (
    path: string,
    given: (answers: ReturnType<typeof answersOf>) => Promise<unknown> = async () => {},
  ) => {
    const person = await newcomer(chromium, { origin: world.origin });
    const answers = answersOf(person);
    await given(answers);
    return { answers, page: await person.tab(path) };
  };

  it('are searched, opened and applied for by the keyboard alone, and the way back leads to what was searched', async () => {
    const { page } = await open('/jobs');
    await page.getByLabel('What').focus();
    await page.keyboard.type('engineer');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]q=engineer/);
    // What was found before is shown until there is something else, and its rows go then, with the focus.
    const narrowed = page.waitForResponse(/[?&]job_type=full_time/);
    await page.getByRole('button', { name: 'Full time' }).press('Enter');
    await page.waitForURL(/job_type=full_time/);
    const address = page.url();
    await narrowed;
    const feed = page.getByRole('feed', { name: 'Jobs found' });
    await feed.and(page.locator('[aria-busy="false"]')).waitFor();
    const links = feed.getByRole('link');
    await links.first().focus();
    await page.keyboard.press('ArrowDown');
    await links.nth(1).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('PageUp');
    await links.first().and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/jobs\/\d+$/);
    await page.getByRole('button', { name: 'Apply', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Cover letter').fill('Dear team');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).press('Enter');
    await page.getByText(/^You applied here on/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Apply', exact: true }).count(), 0);
    await page.getByRole('main').getByRole('link', { name: 'Jobs', exact: true }).press('Enter');
    await page.waitForURL(address);
  });

  it('are read page by page as one scrolls, each once, and the next page again when asked', async () => {
    const { page } = await open('/jobs', async (answers) => {
      for (let number = PAGES; number > 2; number--) await answers.instead('/jobs', pageOf(number), 1);
      await answers.instead('/jobs', pageOf(2), 1);
      await answers.refuse('/jobs', { status: 400, code: 'BAD_CURSOR' }, 1);
      await answers.instead('/jobs', pageOf(1), 1);
    });
    const rows = page.getByRole('feed', { name: 'Jobs found' }).getByRole('article');
    await rows.first().waitFor();
    const end = () => page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await end();
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByRole('button', { name: 'Try again' }).waitFor({ state: 'detached' });
    const lastOne = PAGES * (PAGE - 1) + 1;
    const last = page.getByRole('article', { name: `Analyst ${lastOne} at Acme` });
    while ((await last.count()) === 0) {
      await end();
      await page.evaluate('new Promise((next) => requestAnimationFrame(() => next(undefined)))');
    }
    assert.equal(await last.getAttribute('aria-posinset'), String(lastOne));
    assert.equal(await last.getAttribute('aria-setsize'), String(PAGE * PAGES));
    assert.equal(await page.locator('[aria-posinset]').count(), lastOne);
    // What is far away is not laid out.
    await page.waitForFunction(
      `document.querySelector('[aria-posinset="${PAGE * 2}"] h3').checkVisibility({ contentVisibilityAuto: true }) === false`,
    );
  });

  it('are looked for around a place and in another order by the keyboard, and say how far they are', async () => {
    const { page } = await open('/jobs?q=analyst&location=Berlin', async (answers) => {
      await answers.instead('/jobs/match-settings', {});
      await answers.instead('/jobs/places', { places: [] });
      await answers.instead('/jobs/search', FOUND_NEAR);
    });
    const choose = async (label: string, option: string) => {
      const field = page.getByRole('button', { name: label });
      await field.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('option', { name: option }).press('Enter');
    };
    await choose('Distance', 'Within 25 km');
    await page.waitForURL(/near=Berlin&within=25/);
    assert.doesNotMatch(page.url(), /location=/);
    await choose('Order', 'Nearest first');
    await page.waitForURL(/sort=distance/);
    await page.getByText('27 km away').first().waitFor();
    await page
      .getByText('Near Berlin, Germany, within 25 km. 3 more jobs fit, but it is not known how far they are.')
      .waitFor();
    await page.getByRole('combobox', { name: 'Where' }).fill('Potsdam');
    await page.waitForURL(/near=Potsdam/);
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('sort=distance'));
  });

  it('are listed by the name of the place where nobody knows distances, which is said', async () => {
    const { page } = await open('/jobs?near=Berlin&within=25&sort=distance');
    await page.getByText(/^Distance, level and order are not available/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Order' }).count(), 0);
  });

  it('are looked for by whom they are for where somebody knows it, without a word too, and back', async () => {
    const { page } = await open('/jobs?q=analyst', async (answers) => {
      await answers.instead('/jobs/match-settings', {});
      await answers.instead('/jobs/search', FOUND_NEAR);
    });
    const levels = page
      .getByRole('complementary', { name: 'Filters' })
      .getByRole('region', { name: 'Level' });
    await levels.getByRole('button', { name: 'Senior 2' }).waitFor();
    assert.deepEqual(await levels.getByRole('button').allInnerTexts(), ['Senior\n2', 'Not stated\n1']);
    const asked = page.waitForRequest(/search\?.*seniority=senior/);
    await levels.getByRole('button', { name: 'Senior 2' }).press('Enter');
    await asked;
    await page.waitForURL(/seniority=senior/);
    await page.getByRole('searchbox', { name: 'What' }).fill('');
    await page.waitForURL((url) => !url.search.includes('q='));
    assert.equal(await levels.getByRole('button', { name: 'Senior 2' }).getAttribute('aria-pressed'), 'true');
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('seniority'));
  });

  it('are listed without their level where only the monolith answers, which is said', async () => {
    const { page } = await open('/jobs?seniority=senior');
    await page.getByText(/^Distance, level and order are not available/).waitFor();
    assert.equal(await page.getByRole('region', { name: 'Level' }).count(), 0);
  });

  it('are explained point by point in the words and the money of whoever reads', async () => {
    const person = await newcomer(chromium, { origin: world.origin, locale: 'de-DE' });
    const answers = answersOf(person);
    const point = (part: string, reason: object) => ({ part, points: 5, of: 10, reason });
    await answers.instead('/jobs/match-settings', {});
    await answers.instead('/jobs/*/postings', { postings: [] });
    await answers.instead('/jobs/search', FOUND_NEAR);
    await answers.instead('/jobs/matches/*', {
      score: 50,
      points: [
        point('skills', { is: 'skills', have: ['SQL', 'Go'], missing: ['Kafka'] }),
        point('seniority', { is: 'level_other', asked: 'senior', yours: 'lead' }),
        point('salary', { is: 'salary_less', offered: 120_000, wanted: 150_000 }),
        point('freshness', { is: 'posted', days: 1 }),
      ],
    });
    const page = await person.tab('/jobs/1');
    const card = page.getByRole('region', { name: 'Wie gut sie zu Ihnen passt' });
    for (const reason of [
      '2 von 3 Fähigkeiten: SQL und Go; es fehlt: Kafka',
      'Senior; bei Ihnen: Fachliche Leitung',
      'Zahlt bis zu 120.000 $, und Sie wollen 150.000 $',
      'Gestern eingestellt',
    ])
      await card.getByText(reason, { exact: true }).waitFor();
  });

  it('keep a letter that could not be sent, and tell what there is already when it was', async () => {
    const { page, answers } = await open('/jobs/1?apply=true', (given) =>
      given.instead('/jobs/*', {
        ...job(1),
        description: 'Count.',
        is_active: true,
      }),
    );
    await answers.refuse('POST /applications', 'ALREADY_APPLIED', 1);
    await answers.breakOff('POST /applications', 1);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Cover letter').fill('Dear team');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await dialog.getByText('You have not applied yet').waitFor();
    await page.reload();
    await dialog.getByText(/What you entered .* was kept/).waitFor();
    assert.equal(await dialog.getByLabel('Cover letter').inputValue(), 'Dear team');
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('You have an application for this job already.').waitFor();
    assert.equal(await dialog.count(), 0);
  });

  it('are saved at once, and not where that is refused', async () => {
    const { page, answers } = await open('/jobs/1', (given) =>
      given.instead('/jobs/*', {
        ...job(1),
        description: 'Count.',
        is_active: true,
      }),
    );
    await answers.refuse('POST /applications', { status: 409, code: 'DAILY_LIMIT' });
    const answer = await answers.hold('POST /applications');
    await page.getByRole('button', { name: 'Save for later' }).press('Enter');
    await page.getByText('You saved this job').waitFor();
    answer();
    await page.getByText('The job could not be saved').waitFor();
    await page.getByRole('button', { name: 'Save for later' }).waitFor();
  });

  it('are applied for and saved by the route that both sides have where the service’s is gone from under somebody', async () => {
    const { page, answers } = await open('/jobs/1', async (given) => {
      await given.instead('/jobs/*', { ...job(1), description: 'Count.', is_active: true });
      await given.instead('/api/v2/applications/statistics', {});
      await given.refuse('POST /api/v2/applications', { status: 404, code: 'not-found' });
    });
    await answers.refuse('POST /applications', { status: 409, code: 'DAILY_LIMIT' }, 1);
    const isAsked = () =>
      page.waitForRequest((asked) => asked.method() === 'POST' && asked.url().endsWith('/v1/applications'));
    const saved = isAsked();
    await page.getByRole('button', { name: 'Save for later' }).press('Enter');
    assert.deepEqual((await saved).postDataJSON(), { job_id: 1, status: 'saved' });
    await page.getByText('The job could not be saved').waitFor();
    const applied = isAsked();
    await page.getByRole('button', { name: 'Apply', exact: true }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).press('Enter');
    assert.equal((await applied).postDataJSON().job_id, 1);
    await page.getByText(/^You applied here on/).waitFor();
  });

  it('that are searched on and on can be deleted, and are there again when that is undone', async () => {
    const { page, answers } = await open('/jobs/saved', async (given) => {
      await withSaved(given);
      await given.instead('DELETE /jobs/saved-searches/*', {});
      await given.instead('POST /jobs/saved-searches', { ...SAVED, id: 4 });
    });
    const card = page.getByRole('region', { name: 'Analysts' });
    await card.waitFor();
    await answers.instead('GET /jobs/saved-searches', { searches: [] });
    await card.getByRole('button', { name: 'Delete Analysts' }).press('Enter');
    await card.waitFor({ state: 'detached' });
    await answers.instead('GET /jobs/saved-searches', { searches: [{ ...SAVED, id: 4 }] });
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await card.waitFor();
  });

  it('that are searched on and on are searched by other words when those are changed', async () => {
    const { page } = await open('/jobs/saved', async (given) => {
      await withSaved(given);
      await given.instead('PUT /jobs/saved-searches/*', SAVED);
    });
    await page.getByRole('button', { name: 'Change Analysts' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Where').fill('Berlin');
    await dialog.getByLabel('What').fill('');
    await dialog.getByText('Remote only').click();
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await dialog.getByRole('button', { name: 'Save' }).press('Enter');
    assert.deepEqual((await sent).postDataJSON(), {
      name: 'Analysts',
      frequency: 'daily',
      criteria: { location: 'Berlin', remote: true },
    });
    await page.getByText('Changed: Analysts').waitFor();
  });
}
