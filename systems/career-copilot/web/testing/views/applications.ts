import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'applications', path: '/applications', who: 'busy' },
  { name: 'applications-tracked', path: '/applications', who: 'busy', given: withService },
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
    given: withService,
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
  { name: 'application-tracked', path: '/applications/25', who: 'busy', given: withService },
  { name: 'application-then', path: '/applications/25?at=2026-04-20T08:00:00.000Z', who: 'busy' },
  {
    name: 'application-upload',
    path: '/applications/25',
    who: 'busy',
    given: withService,
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
      await withService(answers);
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
    given: withService,
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
  {
    name: 'application-loading',
    path: '/applications/25',
    who: 'busy',
    given: (answers) => answers.hold('/applications/25'),
    isLoading: true,
  },
];

export default views;

const MADE = '2026-04-14T08:00:00.000Z';
const ACTION = {
  id: 3,
  what: 'Send thanks to Mary',
  due_at: '2026-06-03T08:00:00.000Z',
  remind_at: '2026-06-03T07:00:00.000Z',
  reminded_at: null,
};
const DOCUMENT = {
  id: 1,
  application_id: 25,
  name: 'cv.pdf',
  kind: 'resume',
  version: 3,
  url: '/api/v2/applications/25/documents/1/content',
  content_type: 'application/pdf',
  size_bytes: 84_312,
  scan: 'clean',
  created_at: MADE,
};
/** One page that says who sends it, as small as one may be. */
const PDF = `%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>> endobj
4 0 obj <</Length 74>> stream
BT /F1 24 Tf 72 740 Td (Prince Okafor, Staff Frontend Engineer) Tj ET     
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R>>`;
const ONE = {
  id: 25,
  job_id: 31,
  job_title: 'Senior Data Engineer',
  company_name: 'Comet Almeida Works',
  status: 'interview',
  may_become: ['offer', 'rejected', 'withdrawn', 'ghosted'],
  irregular: false,
  source: { kind: 'referral', detail: 'Mary' },
  next_action: ACTION,
  applied_at: MADE,
  created_at: MADE,
  updated_at: '2026-05-26T08:00:00.000Z',
};

/** As the service of applications answers, of a few in many states. */
async function withService(answers: Answers): Promise<void> {
  await answers.instead('/api/v2/applications/statistics', {});
  await answers.instead('/api/v2/applications', { items: [ONE, ...OTHERS], next_cursor: null });
  await answers.instead('/api/v2/applications/25', {
    ...ONE,
    cover_letter: null,
    has_posting: true,
    contacts: [
      {
        id: 1,
        name: 'Mary Jackson',
        role: 'Engineering manager',
        email: 'mary@example.com',
        phone: '+1 555 0100',
        created_at: MADE,
      },
      { id: 2, name: 'Sam', role: null, email: null, phone: null, created_at: MADE },
    ],
  });
  await answers.instead('/api/v2/applications/25/documents', [
    DOCUMENT,
    {
      ...DOCUMENT,
      id: 2,
      name: 'Portfolio of the last five years.docx',
      kind: 'portfolio',
      version: 1,
      content_type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      size_bytes: 2_345_678,
      scan: 'pending',
    },
    {
      ...DOCUMENT,
      id: 3,
      name: 'Letter',
      kind: 'cover_letter',
      version: null,
      url: 'https://files.example.com/letter.pdf',
      scan: 'elsewhere',
    },
  ]);
  await answers.instead('/api/v2/applications/documents/versions', {
    items: [3, 2].map((version) => ({
      kind: 'resume',
      version,
      names: ['cv.pdf'],
      content_type: 'application/pdf',
      size_bytes: 84_312 - version,
      scan: 'clean',
      application_ids: Array.from({ length: 4 - version }, (_, n) => n + 1),
      created_at: MADE,
    })),
    used_bytes: 2_514_302,
    quota_bytes: 104_857_600,
  });
  const entry = (what: string, day: number, more: object = {}) => ({
    at: `2026-05-${day}T08:00:00.000Z`,
    what,
    from: null,
    to: null,
    id: null,
    who: '4',
    why: null,
    irregular: false,
    ...more,
  });
  await answers.instead('/api/v2/applications/25/history', {
    as_of: '2026-06-02T08:00:00.000Z',
    status: 'interview',
    source: 'referral',
    contact_ids: [1, 2],
    next_action_id: 3,
    entries: [
      entry('created', 11, { to: 'saved', who: null }),
      entry('moved', 12, { from: 'saved', to: 'applied' }),
      entry('source', 12, { to: 'referral' }),
      entry('contact', 14, { id: 1 }),
      entry('moved', 20, { from: 'applied', to: 'screening', why: 'Mary passed it on to the team.' }),
      entry('moved', 26, { from: 'screening', to: 'interview' }),
      entry('next_action', 27, { id: 3 }),
    ],
  });
}

const OTHERS = (
  [
    ['saved', 'Platform Engineer', 'Vault-Tec', 'Look at their engineering blog', 1],
    ['applied', 'Analyst', 'Lantern Labs', 'Ask again', -2],
    ['applied', 'Backend Developer', 'Copper & Oak', null, 0],
    ['screening', 'Site Reliability Engineer', 'Onyx Bridge Group', null, 0],
    ['offer', 'Staff Engineer', 'Lantern Labs', 'Answer the offer', 3],
    ['rejected', 'Frontend Developer', 'Acme Parks', null, 0],
    ['ghosted', 'Engineer', 'Acme', null, 0],
  ] as const
).map(([status, job_title, company_name, what, days], n) => ({
  ...ONE,
  id: 101 + n,
  status,
  job_title,
  company_name,
  may_become: status === 'ghosted' ? ['applied', 'rejected'] : ['rejected', 'withdrawn'],
  source: n % 2 === 0 ? { kind: 'job_board' } : null,
  next_action:
    what === null
      ? null
      : { ...ACTION, what, due_at: new Date(Date.UTC(2026, 5, 2 + days, 9)).toISOString() },
}));
