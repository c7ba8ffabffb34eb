import type { View } from '../views.ts';

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
  { name: 'application', path: '/applications/25', who: 'busy' },
  {
    name: 'application-move',
    path: '/applications/25',
    who: 'busy',
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Move to' }).click();
      await page.getByRole('menuitem', { name: 'Rejected' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'application-none', path: '/applications/999999', who: 'newcomer' },
  {
    name: 'application-loading',
    path: '/applications/25',
    who: 'busy',
    given: (answers) => answers.hold('/applications/25'),
    isLoading: true,
  },
];

export default views;
