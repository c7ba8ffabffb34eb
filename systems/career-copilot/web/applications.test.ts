import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { until } from '@banyan/postgres/until';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import { answersOf } from './testing/answers.ts';
import { withApplicationsService } from './testing/applications-service.ts';
import { newcomer, visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** Applications: moves on board and list, and what becomes of those that are refused; one of them, and what belongs to it. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('applications', (chromium) => {
  describe('on the board', () => boardTests(chromium));
  describe('in the list', () => listTests(chromium));
  describe('by hand', () => addTests(chromium));
  describe('one by one', () => oneTests(chromium));
});

const APPLICATION = {
  id: 7,
  job_id: 3,
  job_title: 'Analyst',
  company_name: 'Acme',
  status: 'applied',
  applied_at: '2026-06-01T08:00:00.000Z',
  created_at: '2026-06-01T08:00:00.000Z',
  updated_at: '2026-06-01T08:00:00.000Z',
};
const pageOf = (page: number, pages: number, ...applications: object[]) => ({
  applications,
  total_count: applications.length,
  page,
  limit: 100,
  total_pages: pages,
});
const ENDED = { status: 400, code: 'BAD_TRANSITION', detail: 'Status transition not allowed' };

function boardTests(chromium: Chromium): void {
  const atBoard = async (
    given: (answers: ReturnType<typeof answersOf>) => Promise<void> = async () => {},
  ) => {
    const person = await visitor(chromium, { origin: world.origin }, world.people.busy);
    const answers = answersOf(person);
    await given(answers);
    const page = await person.tab('/applications');
    const column = (name: string) => page.getByRole('grid', { name, exact: true });
    const card = (state: string, name: string | RegExp) => column(state).getByRole('row', { name });
    /** By the keyboard alone. */
    const move = async (state: string, name: string | RegExp, to: string) => {
      await card(state, name).getByRole('button', { name: 'Move to' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: to, exact: true }).press('Enter');
    };
    return { person, page, answers, column, card, move };
  };

  it('has an application moved by the keyboard, where it is after a reload too', async () => {
    const { person, page, column, card, move } = await atBoard();
    const name = await column('Applied').getByRole('row').first().getAttribute('aria-label');
    assert.ok(name);
    await move('Applied', name, 'Screening');
    await page.getByText('1 application moved to Screening').waitFor();
    await card('Screening', name).waitFor();
    // A move is shown before it is answered.
    await person.settled();
    await page.reload();
    await card('Screening', name).waitFor();
  });

  it('moves by the route that both sides have where the service’s is gone from under somebody', async () => {
    const { person, page, answers, move } = await atBoard(withApplicationsService);
    await answers.refuse('PATCH /api/v2/applications/25/status', { status: 404, code: 'not-found' });
    await answers.instead('PATCH /applications/25/status', { ...APPLICATION, id: 25, status: 'offer' });
    const sent = page.waitForResponse(
      (answer) => answer.request().method() === 'PATCH' && answer.url().includes('/api/v1/'),
    );
    await move('Interview', /Senior Data Engineer/, 'Offer');
    assert.deepEqual((await sent).request().postDataJSON(), { status: 'offer' });
    await person.settled();
    assert.equal(await page.getByText(/could not be moved/).count(), 0);
  });

  it('offers no step that an application may not take', async () => {
    const { page, card } = await atBoard((answers) =>
      answers.instead('/applications', pageOf(1, 1, APPLICATION)),
    );
    await card('Applied', /Analyst/)
      .getByRole('button', { name: 'Move to' })
      .press('Enter');
    const offered = await page.getByRole('menuitem').allTextContents();
    assert.deepEqual(offered, ['Screening', 'Interview', 'Offer', 'Rejected', 'Withdrawn']);
  });

  it('shows a move at once, and takes it back with the reason where it is refused', async () => {
    const { page, answers, card, move } = await atBoard((answers) =>
      answers.instead('/applications', pageOf(1, 1, APPLICATION)),
    );
    await card('Applied', /Analyst/).waitFor();
    await answers.refuse('/applications/7/status', ENDED);
    const answer = await answers.hold('/applications/7/status');
    await move('Applied', /Analyst/, 'Offer');
    await card('Offer', /Analyst/).waitFor();
    answer();
    await page.getByText('Analyst at Acme could not be moved').waitFor();
    await card('Applied', /Analyst/).waitFor();
    assert.equal(await card('Offer', /Analyst/).count(), 0);
  });

  it('shows no part of the applications for all of them: one page that cannot be read is told, and read again when asked', async () => {
    const { page, card } = await atBoard(async (answers) => {
      await answers.instead('/applications', pageOf(2, 2, { ...APPLICATION, id: 8, job_title: 'Baker' }));
      await answers.instead('/applications', pageOf(1, 2, APPLICATION), 1);
      await answers.refuse('/applications', { status: 400, code: 'BAD_CURSOR' }, 1);
      await answers.instead('/applications', pageOf(1, 2, APPLICATION), 1);
    });
    await page.getByText('Your applications could not be loaded').waitFor();
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await card('Applied', /Analyst/).waitFor();
    await card('Applied', /Baker/).waitFor();
  });

  it('asks before applications go where there is no way back from', async () => {
    const { page, card, move } = await atBoard((answers) =>
      answers.instead('/applications', pageOf(1, 1, APPLICATION)),
    );
    await move('Applied', /Analyst/, 'Rejected');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).press('Enter');
    await card('Applied', /Analyst/).waitFor();
  });

  it('has the states that the service alone knows', async () => {
    const { page, answers, column, card, move } = await atBoard(withApplicationsService);
    await column('No answer').waitFor();
    await answers.hold('/api/v2/applications/25/status');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await move('Interview', /Senior Data Engineer/, 'No answer');
    assert.deepEqual((await sent).postDataJSON(), { status: 'ghosted' });
    await card('No answer', /Senior Data Engineer/).waitFor();
  });
}

function addTests(chromium: Chromium): void {
  it('adds one for a job that is looked for by its words, and says where there is one already', async () => {
    const person = await newcomer(chromium, { origin: world.origin });
    const page = await person.tab('/applications');
    const job = page.getByRole('combobox', { name: 'Job' });
    const add = async (words: string) => {
      await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
      await job.pressSequentially(words);
      // Those of before stay until those are there that were looked for.
      await until(async () => {
        const offered = await page.getByRole('option').allInnerTexts();
        return offered.length > 0 && offered.every((option) => option.includes(words));
      });
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const [title] = (await job.inputValue()).split(' · ');
      await page.getByRole('radio', { name: 'Save it for later' }).press('Space');
      await page.getByRole('dialog').getByRole('button', { name: 'Add' }).press('Enter');
      return title!;
    };
    const title = await add('Engineer');
    await page.getByRole('grid', { name: 'Saved' }).getByRole('row', { name: title }).waitFor();
    person.allow(/^400 /);
    await add(title);
    await page.getByText('You have an application for this job already.').waitFor();
  });
}

function listTests(chromium: Chromium): void {
  it('moves many together, and tries those again that were refused', async () => {
    const person = await visitor(chromium, { origin: world.origin }, world.people.busy);
    const answers = answersOf(person);
    const other = { ...APPLICATION, id: 8, job_title: 'Baker' };
    await answers.instead('/applications', pageOf(1, 1, APPLICATION, other));
    await answers.instead('/applications/*/status', { ...APPLICATION, status: 'offer' });
    await answers.refuse('/applications/8/status', ENDED, 1);
    const page = await person.tab('/applications?view=list');
    await page.getByRole('rowheader', { name: 'Baker' }).waitFor();
    await page.getByRole('checkbox').nth(1).press('Space');
    await page.keyboard.press('Control+a');
    await page
      .getByRole('toolbar', { name: '2 selected' })
      .getByRole('button', { name: 'Move to' })
      .press('Enter');
    await page.getByRole('menuitem', { name: 'Offer' }).press('Enter');
    await page.getByText('Baker at Acme could not be moved').waitFor();
    const again = page.waitForRequest((request) => request.url().endsWith('/applications/8/status'));
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    assert.deepEqual((await again).postDataJSON(), { status: 'offer' });
  });

  it('is sorted and narrowed by its address, which follows', async () => {
    const person = await visitor(chromium, { origin: world.origin }, world.people.busy);
    await withApplicationsService(answersOf(person));
    const page = await person.tab('/applications?view=list&state=open&sort=due');
    const first = page.getByRole('rowheader').first();
    await first.waitFor();
    assert.equal(await first.innerText(), 'Analyst');
    await page.getByRole('columnheader', { name: 'Job' }).press('Enter');
    await page.waitForURL('**sort=title*');
    await page.getByLabel('Search by title or company').fill('lantern');
    await page.waitForURL('**q=lantern*');
    await until(async () => (await page.getByRole('rowheader').count()) === 2);
  });
}

function oneTests(chromium: Chromium): void {
  const atOne = async (given: (answers: ReturnType<typeof answersOf>) => Promise<void> = async () => {}) => {
    const person = await visitor(chromium, { origin: world.origin }, world.people.busy);
    const answers = answersOf(person);
    await given(answers);
    const page = await person.tab('/applications/25');
    await page.getByRole('list', { name: 'What happened' }).waitFor();
    return { person, page, answers };
  };

  it('is moved with why, which stands with what happened', async () => {
    const { page } = await atOne();
    await page.getByRole('button', { name: 'Move to' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Offer' }).press('Enter');
    await page.getByLabel('Why').fill('They called.');
    await page.getByRole('button', { name: 'Move', exact: true }).press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'They called.' }).waitFor();
  });

  it('keeps a note that is being written over a reload, until it is added', async () => {
    const { page } = await atOne();
    await page.getByLabel('New note').fill('Ask for the team');
    // Drafts are kept when somebody pauses.
    await until(async () =>
      String(await page.evaluate('JSON.stringify(localStorage)')).includes('Ask for the team'),
    );
    await page.reload();
    await page.getByText(/What you entered .* was kept/).waitFor();
    await page.getByRole('button', { name: 'Add note' }).press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'Ask for the team' }).waitFor();
    assert.equal(await page.getByLabel('New note').inputValue(), '');
  });

  it('has a note sent once, also where somebody leaves and comes back while it is on its way', async () => {
    const { page, answers } = await atOne();
    const answer = await answers.hold('POST /applications/*/notes');
    await page.getByLabel('New note').fill('Ask for a date');
    await page.getByRole('button', { name: 'Add note' }).press('Enter');
    await page.getByRole('main').getByRole('link', { name: 'Applications', exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
    await page.goBack();
    const kept = page.getByText(/What you entered .* was kept/);
    await kept.waitFor();
    answer();
    await page.getByRole('listitem').filter({ hasText: 'Ask for a date' }).waitFor();
    await kept.waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('New note').inputValue(), '');
  });

  it('is shown as it was at a time, and back is now', async () => {
    const { page } = await atOne();
    await page
      .getByRole('link', { name: /as it was at/ })
      .last()
      .press('Enter');
    await page.getByText(/^As it was at/).waitFor();
    assert.equal(await page.getByRole('list', { name: 'What happened' }).getByRole('listitem').count(), 1);
    await page.goBack();
    await page.getByLabel('New note').waitFor();
  });

  it('shows again what was to be done next where that it is done was refused', async () => {
    const { page, answers } = await atOne(withApplicationsService);
    await answers.refuse('/api/v2/applications/25/next-action', { status: 503, code: 'UNAVAILABLE' });
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByText('It was not marked as done').waitFor();
    await page.getByRole('button', { name: 'Done' }).waitFor();
  });

  it('sends a file as it is, under its name and kind', async () => {
    const { page, answers } = await atOne(withApplicationsService);
    await answers.instead('/api/v2/applications/25/documents', []);
    await page.getByRole('button', { name: 'Add a document' }).press('Enter');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'cv.txt', mimeType: 'text/plain', buffer: Buffer.from('Prince Okafor') });
    const request = await sent;
    assert.deepEqual(Object.fromEntries(new URL(request.url()).searchParams), {
      name: 'cv.txt',
      kind: 'resume',
    });
    assert.equal(request.postData(), 'Prince Okafor');
    await page.getByText('The document is added').waitFor();
  });

  it('removes a document only once that cannot be undone any more', async () => {
    const { page, answers } = await atOne(withApplicationsService);
    await answers.instead('/api/v2/applications/25/documents/1', null);
    const removals: string[] = [];
    page.on('request', (request) => request.method() === 'DELETE' && removals.push(request.url()));
    const name = page.getByRole('button', { name: 'cv.pdf', exact: true });
    const remove = async () => {
      await page.getByRole('button', { name: 'Actions for cv.pdf' }).press('Enter');
      await page.getByRole('menuitem', { name: 'Remove' }).press('Enter');
      await name.waitFor({ state: 'detached' });
    };
    await remove();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await name.waitFor();
    assert.deepEqual(removals, []);
    await remove();
    await page.getByRole('button', { name: 'Dismiss' }).press('Enter');
    await until(() => Promise.resolve(removals.length === 1));
  });
}
