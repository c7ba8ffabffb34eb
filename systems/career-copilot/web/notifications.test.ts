import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { KindDefinition } from '@banyan/notifications';
import { testServer } from '@banyan/postgres/testing';
import { type Chromium, inChromium } from '@banyan/ui/testing';
import { kinds } from '../services/notifications/templates/kinds.ts';
import { answersOf } from './testing/answers.ts';
import { visitor } from './testing/visitor.ts';
import { startMonolithWorld, type World } from './testing/worlds.ts';

/** What people are told in the app: read, counted, and heard of while they look. */

let world: World;

before(async () => {
  world = await startMonolithWorld(await (await testServer()).database('web'));
});

after(async () => await world?.stop());

inChromium('notifications', notificationTests);

const TOLD = {
  kind: 'next_action_due',
  title: 'To do: Send the references',
  body: 'Engineer at Acme',
  link: 'https://app.career.example/applications/12',
  is_read: false,
  created_at: '2026-06-01T08:00:00.000Z',
};

function notificationTests(chromium: Chromium): void {
  const busy = async () => await visitor(chromium, { origin: world.origin }, world.people.busy);

  it('are counted in the navigation until they are read, which lasts', async () => {
    const person = await busy();
    const page = await person.tab('/notifications?show=unread');
    const link = page.getByRole('link', { name: /^Notifications \d+ unread$/ });
    const count = async () => Number(/\d+/.exec((await link.textContent())!)![0]);
    await link.waitFor();
    const before = await count();
    await page
      .getByRole('button', { name: /^Mark as read/ })
      .first()
      .press('Enter');
    const after = page.getByRole('link', { name: `Notifications ${before - 1} unread`, exact: true });
    await after.waitFor();
    // It is shown before it is answered.
    await person.settled();
    await page.reload();
    await after.waitFor();
  });

  it('lead to pages that are there, whatever they tell of', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/jobs/match-settings', {});
    await answers.instead('/jobs/saved-searches/3', { criteria: { q: 'analyst', remote: true } });
    const pages = Object.values(kinds as Record<string, KindDefinition>).flatMap(
      ({ page, sample }) => page?.(sample as Record<string, unknown>) ?? [],
    );
    assert.ok(pages.length > 5);
    // What they show is other tests' to look at: some of it is not there, and nobody of these services is.
    person.allow(/./);
    const page = await person.tab('/notifications');
    for (const path of pages) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      assert.notEqual(await page.locator('h1').innerText(), 'There is no such page', path);
    }
    await page.goto('/searches/3');
    await page.waitForURL('**/jobs?q=analyst&remote=true&sort=newest');
    await answers.refuse('/jobs/saved-searches/4', { status: 404, code: 'SEARCH_NOT_FOUND' });
    await page.goto('/searches/4');
    await page.waitForURL('**/jobs/saved');
  });

  it('are counted the same in two tabs', async () => {
    const person = await busy();
    const [page, other] = [await person.tab('/notifications?show=unread'), await person.tab('/profile')];
    const link = other.getByRole('link', { name: /^Notifications \d+ unread$/ });
    await link.waitFor();
    const before = Number(/\d+/.exec((await link.textContent())!)![0]);
    await page
      .getByRole('button', { name: /^Mark as read/ })
      .first()
      .press('Enter');
    await other.getByRole('link', { name: `Notifications ${before - 1} unread`, exact: true }).waitFor();
  });

  it('are marked by the route that both sides have where the service’s is gone from under somebody', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/notifications/preferences', {});
    await answers.instead('/notifications/feed', { items: [{ ...TOLD, id: 'n7' }], next_cursor: null });
    await answers.refuse('PUT /notifications/feed/n7/read', { status: 404, code: 'not-found' });
    await answers.refuse('PUT /notifications/feed/read', { status: 404, code: 'not-found' });
    await answers.instead('PUT /notifications/7/read', {});
    await answers.instead('PUT /notifications/read-all', {});
    const page = await person.tab('/notifications');
    const isSent = (path: string) =>
      page.waitForRequest((asked) => asked.method() === 'PUT' && asked.url().endsWith(path));
    await page.getByRole('row', { name: /Send the references/ }).waitFor();
    const one = isSent('/notifications/7/read');
    await page.getByRole('button', { name: /^Mark as read/ }).press('Enter');
    await one;
    await page.getByRole('row', { name: /Send the references/ }).waitFor();
    const all = isSent('/notifications/read-all');
    await page.getByRole('button', { name: 'Mark all as read' }).press('Enter');
    await all;
    await person.settled();
    assert.equal(await page.getByText('It could not be marked as read').count(), 0);
  });

  it('are unread again where that was refused, with the reason', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.refuse('/notifications/read-all', { status: 400, code: 'BAD_REQUEST' });
    const page = await person.tab('/notifications');
    const link = page.getByRole('link', { name: /^Notifications \d+ unread$/ });
    await link.waitFor();
    const answer = await answers.hold('/notifications/read-all');
    await page.getByRole('button', { name: 'Mark all as read' }).press('Enter');
    await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
    answer();
    await page.getByText('It could not be marked as read').waitFor();
    await link.waitFor();
  });

  it('are read anew when the stream is there after it was not, as while the service moves', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/notifications/preferences', {});
    await answers.instead('/notifications/feed/unread', { count: 2 });
    await answers.instead('/notifications/feed/unread', { count: 1 }, 1);
    await person.context.route('**/api/v1/notifications/stream', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: ': here\n\n' }),
    );
    await answers.refuse('/notifications/stream', { status: 404, code: 'NO_SUCH_ROUTE' }, 1);
    const page = await person.tab('/profile');
    await page.getByRole('link', { name: 'Notifications 2 unread', exact: true }).waitFor();
  });

  it('are heard of at once where a service tells them, and lead to what they are about', async () => {
    const person = await busy();
    const answers = answersOf(person);
    await answers.instead('/notifications/preferences', {});
    await answers.instead('/notifications/feed/unread', { count: 1 });
    await answers.instead('/notifications/feed/unread', { count: 0 }, 1);
    await answers.instead('/notifications/feed', { items: [{ ...TOLD, id: 'a' }], next_cursor: null });
    await answers.instead('/notifications/feed', { items: [], next_cursor: null }, 1);
    await answers.instead('PUT /notifications/feed/a/read', { ...TOLD, id: 'a', is_read: true });
    const isThere = Promise.withResolvers<void>();
    await person.context.route('**/api/v1/notifications/stream', async (route) => {
      await isThere.promise;
      const body = `id: 1\nevent: notification\ndata: ${JSON.stringify({ ...TOLD, id: 'a' })}\n\n`;
      // Whoever asked may be gone.
      await route.fulfill({ contentType: 'text/event-stream', body }).catch(() => {});
    });
    const page = await person.tab('/notifications');
    await page.getByRole('heading', { name: 'Nothing yet' }).waitFor();
    isThere.resolve();
    await page.getByRole('alertdialog').getByText('To do: Send the references').first().waitFor();
    await page.getByRole('link', { name: 'Notifications 1 unread', exact: true }).waitFor();
    await page.getByRole('row', { name: /Send the references/ }).press('Enter');
    await page.waitForURL('**/applications/12');
  });
}
