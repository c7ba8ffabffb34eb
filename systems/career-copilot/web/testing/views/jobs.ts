import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'search', path: '/jobs', who: 'busy' },
  { name: 'search-none', path: '/jobs?q=astronaut&remote=true', who: 'newcomer' },
  {
    name: 'search-loading',
    path: '/jobs',
    who: 'newcomer',
    given: (answers) => answers.hold('/jobs'),
    isLoading: true,
  },
  {
    name: 'search-failed',
    path: '/jobs',
    who: 'newcomer',
    given: (answers) => answers.refuse('/jobs', { status: 400, code: 'BAD_CURSOR' }),
  },
  { name: 'posting', path: '/jobs/1', who: 'newcomer' },
  { name: 'posting-applied', path: '/jobs/2', who: 'busy', given: appliedFor },
  { name: 'posting-source', path: '/jobs/1', who: 'newcomer', given: withService },
  {
    name: 'posting-closed',
    path: '/jobs/1',
    who: 'newcomer',
    given: async (answers) => {
      await answers.instead('/jobs/match-settings', {});
      await answers.instead('/jobs/*', { ...JOB, is_active: false });
      await answers.instead('/jobs/*/postings', {
        postings: [{ ...OFFER, gone_at: '2026-05-20T08:00:00.000Z' }],
      });
    },
  },
  { name: 'posting-apply', path: '/jobs/1?apply=true', who: 'newcomer', given: withService },
  {
    name: 'posting-loading',
    path: '/jobs/1',
    who: 'newcomer',
    given: (answers) => answers.hold('/jobs/1'),
    isLoading: true,
  },
  { name: 'posting-missing', path: '/jobs/999999', who: 'newcomer' },
];

export default views;

const JOB = {
  id: 1,
  company: { id: 1, name: 'Lantern Labs', industry: 'Software' },
  title: 'Senior Backend Engineer',
  location: 'Łódź',
  job_type: 'full_time',
  remote: true,
  salary_min: 90_000,
  salary_max: 120_000,
  requirements: ['TypeScript', 'PostgreSQL', 'Kafka', 'Kubernetes'],
  posted_at: '2026-05-28T08:00:00.000Z',
  description: 'You build what people rely on.',
  is_active: true,
};

const OFFER = {
  source: 'Remotive',
  url: 'https://remotive.com/remote-jobs/software-dev/senior-backend-engineer-1',
  description: `<h2>What you do</h2><p>You build what people rely on: <strong>services</strong> that go on while they are moved.</p>
    <ul><li>Design interfaces together with those who use them</li><li>Be on call every sixth week</li></ul>
    <h2>What we offer</h2><p>Four days, a budget to learn, and <a href="https://example.com/handbook">our handbook</a>.</p>`,
  salary: { min: 25_000, max: 32_000, currency: 'PLN', period: 'month', text: null },
  first_seen_at: '2026-05-28T08:00:00.000Z',
  expires_at: '2026-06-30T08:00:00.000Z',
  gone_at: null,
};

/** As the service of jobs answers, which knows where a job is offered. */
async function withService(answers: Answers): Promise<void> {
  await answers.instead('/jobs/*', JOB);
  await answers.instead('/jobs/match-settings', {});
  await answers.instead('/jobs/*/postings', {
    postings: [OFFER, { ...OFFER, source: 'Lantern Labs', url: 'https://jobs.lever.co/lantern-labs/1' }],
  });
}

async function appliedFor(answers: Answers): Promise<void> {
  await withService(answers);
  await answers.instead('/applications', {
    applications: [
      {
        id: 7,
        job_id: 2,
        job_title: JOB.title,
        company_name: JOB.company.name,
        status: 'interview',
        cover_letter: null,
        applied_at: '2026-05-29T08:00:00.000Z',
        created_at: '2026-05-29T08:00:00.000Z',
        updated_at: '2026-06-01T08:00:00.000Z',
      },
    ],
    total_count: 1,
    page: 1,
    limit: 100,
    total_pages: 1,
  });
}
