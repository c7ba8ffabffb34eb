import type { Answers } from '../answers.ts';
import { PDF, withApplicationsService } from '../applications-service.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'applications', path: '/applications', who: 'busy' },
  { name: 'applications-tracked', path: '/applications', who: 'busy', given: withApplicationsService },
  {
    name: 'applications-list',
    path: '/applications?view=list',
    who: 'busy',
    afterwards: async (page) => {
      const box = page.getByRole('checkbox').nth(1);
      if (await box.isVisible()) await box.press('Space');
    },
  },
  {
    name: 'applications-list-tracked',
    path: '/applications?view=list&sort=due&state=open',
    who: 'busy',
    given: withApplicationsService,
  },
  {
    name: 'applications-end',
    path: '/applications',
    who: 'busy',
    afterwards: async (page) => {
      await page
        .getByRole('grid', { name: 'Applied' })
        .getByRole('button', { name: 'Move to' })
        .first()
        .press('Enter');
      await page.getByRole('menuitem', { name: 'Rejected' }).press('Enter');
      await page.getByRole('alertdialog').waitFor();
    },
  },
  { name: 'applications-add', path: '/applications?add=true', who: 'busy' },
  { name: 'applications-new', path: '/applications', who: 'newcomer' },
  { name: 'applications-one', path: '/applications', who: 'newcomer', given: withOne },
  { name: 'applications-no-match', path: '/applications?q=nobody', who: 'busy' },
  { name: 'application', path: '/applications/25', who: 'busy', given: withApplicationsService },
  { name: 'application-without-service', path: '/applications/25', who: 'busy' },
  { name: 'application-then', path: '/applications/25?at=2026-04-20T08:00:00.000Z', who: 'busy' },
  {
    name: 'application-upload',
    path: '/applications/25',
    who: 'busy',
    given: withApplicationsService,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Add a document' }).press('Enter');
      await page.getByText('Uploaded before').waitFor();
    },
  },
  {
    name: 'application-document',
    path: '/applications/25',
    who: 'busy',
    given: async (answers, person) => {
      await withApplicationsService(answers);
      await person.context.route('**/documents/1/content', (route) =>
        route.fulfill({ contentType: 'application/pdf', body: PDF }),
      );
    },
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'cv.pdf', exact: true }).press('Enter');
      await page.getByRole('img', { name: 'cv.pdf, page 1' }).waitFor();
    },
  },
  {
    name: 'application-next',
    path: '/applications/25',
    who: 'busy',
    given: withApplicationsService,
    afterwards: (page) => page.getByRole('button', { name: 'Change the next step' }).press('Enter'),
  },
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
];

export default views;

async function withOne(answers: Answers): Promise<void> {
  const application = {
    id: 7,
    job_id: 2,
    job_title: 'Senior Backend Engineer',
    company_name: 'Lantern Labs',
    status: 'interview',
    cover_letter: null,
    applied_at: '2026-05-29T08:00:00.000Z',
    created_at: '2026-05-29T08:00:00.000Z',
    updated_at: '2026-06-01T08:00:00.000Z',
  };
  const page = { total_count: 1, page: 1, limit: 100, total_pages: 1 };
  await answers.instead('/applications', { applications: [application], ...page });
}
