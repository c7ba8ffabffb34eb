import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import { answersOf } from './testing/answers.ts';
import { visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** The board of applications: its moves, and what becomes of those that are refused. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('the board of applications', boardTests);

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
    return { page, answers, column, card, move };
  };

  it('has an application moved by the keyboard, where it is after a reload too', async () => {
    const { page, column, card, move } = await atBoard();
    const name = await column('Applied').getByRole('row').first().getAttribute('aria-label');
    assert.ok(name);
    await move('Applied', name, 'Screening');
    await page.getByText('1 application moved to Screening').waitFor();
    await card('Screening', name).waitFor();
    await page.waitForLoadState('networkidle');
    await page.reload();
    await card('Screening', name).waitFor();
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
}
