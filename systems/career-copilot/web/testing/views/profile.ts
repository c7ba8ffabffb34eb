import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const FILE = { name: 'resume.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') };

const views: readonly View[] = [
  { name: 'profile', path: '/profile', who: 'busy', given: withServices },
  { name: 'profile-monolith', path: '/profile', who: 'busy' },
  { name: 'profile-new', path: '/profile', who: 'newcomer' },
  {
    name: 'profile-changed',
    path: '/profile',
    who: 'busy',
    afterwards: async (page) => {
      await page.getByLabel('Phone').fill('+48 555 0100');
      await page.getByRole('region', { name: 'Unsaved changes' }).waitFor();
    },
  },
  {
    name: 'profile-job',
    path: '/profile',
    who: 'busy',
    given: withServices,
    afterwards: (page) => page.getByRole('button', { name: 'Change Frontend Engineer' }).click(),
  },
  {
    name: 'import-review',
    path: '/profile/import',
    who: 'busy',
    given: withServices,
    afterwards: async (page) => {
      await page.locator('input[type=file]').setInputFiles(FILE);
      await page.getByText('Read from a PDF').waitFor();
    },
  },
  {
    name: 'import-failed',
    path: '/profile/import',
    who: 'busy',
    given: async (answers) => {
      await answers.instead('/users/me/preferences', {});
      await answers.refuse('/users/me/resume', { status: 422, code: 'NO_TEXT' });
    },
    afterwards: async (page) => {
      await page.locator('input[type=file]').setInputFiles(FILE);
      await page.getByRole('alert').filter({ hasText: 'text' }).waitFor();
    },
  },
  { name: 'import-not-yet', path: '/profile/import', who: 'newcomer' },
  { name: 'import', path: '/profile/import', who: 'busy', given: withServices },
];

export default views;

const RESUME = {
  basics: { name: 'Prince Okafor', label: 'Staff Frontend Engineer | React & design systems' },
  languages: [
    { language: 'Polish', fluency: 'native' },
    { language: 'English', fluency: 'C1' },
  ],
  work: [
    {
      position: 'Frontend Engineer',
      name: 'Lantern Labs',
      location: 'Łódź',
      startDate: '2021-03',
      summary: 'Rebuilt the editor in React and TypeScript; 40,000 people write in it every day.',
    },
    {
      position: 'Web Developer',
      name: 'Copper & Oak',
      startDate: '2017-09',
      endDate: '2021-02',
      highlights: ['Shop of 12 languages', 'Accessible to WCAG 2.1 AA'],
    },
  ],
  education: [
    {
      institution: 'Politechnika Łódzka',
      studyType: 'MSc',
      area: 'Computer Science',
      startDate: '2012',
      endDate: '2017',
    },
  ],
};

/** As the service of users answers: what was understood of a file, and what was confirmed, are the same here. */
async function withServices(answers: Answers): Promise<void> {
  await answers.instead('/users/me/preferences', {});
  await answers.instead('/users/me/resume', {
    kind: 'pdf',
    resume: RESUME,
    confidence: { 'basics.name': 0.95, 'basics.label': 0.4, 'work[1].position': 0.4 },
    profile: {
      full_name: RESUME.basics.name,
      headline: RESUME.basics.label,
      phone: '+48 555 0100',
      skills: ['JavaScript', 'TypeScript', 'React', 'CSS', 'GraphQL'],
    },
    confirmed_at: '2026-04-14T08:00:00.000Z',
  });
}
