import type { Page } from 'playwright-core';
import { isShown, type View } from '../views.ts';

const views: readonly View[] = [
  { name: 'applications', path: '/applications', who: 'busy' },
  { name: 'applications-new', path: '/applications', who: 'newcomer' },
  { name: 'applications-no-match', path: '/applications?q=nobody', who: 'busy' },
  {
    name: 'applications-loading',
    path: '/applications',
    who: 'busy',
    given: (answers) => answers.hold('/applications'),
    isLoading: true,
  },
  {
    name: 'applications-failed',
    path: '/applications',
    who: 'busy',
    given: (answers) => answers.refuse('/applications', { status: 400, code: 'BAD_CURSOR' }),
  },
  { name: 'application', path: '/applications', who: 'busy', afterwards: openOne },
  {
    name: 'application-move',
    path: '/applications',
    who: 'busy',
    afterwards: async (page) => {
      await openOne(page);
      await page.getByRole('button', { name: 'Move to' }).click();
      await page.getByRole('menuitem', { name: 'Rejected' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'application-none', path: '/applications/999999', who: 'newcomer' },
  {
    name: 'application-loading',
    path: '/applications/1',
    who: 'busy',
    given: (answers) => answers.hold('/applications/1'),
    isLoading: true,
  },
];

export default views;

/** The first that has been sent. */
async function openOne(page: Page): Promise<void> {
  await page.getByRole('grid', { name: 'Applied', exact: true }).getByRole('row').first().press('Enter');
  await page.waitForURL('**/applications/*');
  await isShown(page);
}
