import type { Answers } from './answers.ts';

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
export const PDF = `%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>> endobj
4 0 obj <</Length 74>> stream
BT /F1 24 Tf 72 740 Td (Prince Okafor, Staff Frontend Engineer) Tj ET     
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R>>
%%EOF`;
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
export async function withApplicationsService(answers: Answers): Promise<void> {
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
