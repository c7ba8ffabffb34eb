import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'search', path: '/jobs', who: 'busy' },
  { name: 'search-none', path: '/jobs?q=astronaut&remote=true', who: 'newcomer' },
  { name: 'search-one', path: '/jobs', who: 'newcomer', given: withOne },
  { name: 'search-words', path: '/jobs?q=enginer&remote=true', who: 'newcomer', given: withSearch },
  {
    name: 'search-near',
    path: '/jobs?q=engineer&near=Berlin%2C+DE&within=25&sort=distance',
    who: 'newcomer',
    given: withNear,
    alsoInDocs: true,
  },
  {
    name: 'search-level',
    path: '/jobs?q=enginer&seniority=senior',
    who: 'newcomer',
    given: withSearch,
  },
  { name: 'search-without-service', path: '/jobs?near=Berlin&within=25&seniority=lead', who: 'newcomer' },
  { name: 'saved', path: '/jobs/saved', who: 'newcomer', given: withSaved },
  { name: 'saved-not-yet', path: '/jobs/saved', who: 'newcomer' },
  {
    name: 'saved-none',
    path: '/jobs/saved',
    who: 'newcomer',
    given: async (answers) => {
      await withService(answers);
      await answers.instead('/jobs/saved-searches', { searches: [] });
    },
  },
  { name: 'posting', path: '/jobs/2', who: 'busy', given: appliedFor },
  { name: 'posting-new', path: '/jobs/1', who: 'newcomer', given: withService },
  { name: 'posting-without-service', path: '/jobs/1', who: 'newcomer' },
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

const MATCH = {
  score: 74,
  points: [
    {
      part: 'skills',
      points: 33.8,
      of: 45,
      reason: { is: 'skills', have: ['TypeScript', 'PostgreSQL', 'Kafka'], missing: ['Kubernetes'] },
    },
    { part: 'title', points: 13.3, of: 20, reason: { is: 'title_shared', words: ['engineer'] } },
    { part: 'seniority', points: 10, of: 10, reason: { is: 'level_same', asked: 'senior' } },
    { part: 'place', points: 10, of: 10, reason: { is: 'remote' } },
    { part: 'salary', points: 0, of: 5, reason: { is: 'salary_less', offered: 120_000, wanted: 150_000 } },
    { part: 'freshness', points: 7.4, of: 10, reason: { is: 'posted', days: 5 } },
  ],
};

async function withOne(answers: Answers): Promise<void> {
  const { description: _, is_active: __, ...job } = JOB;
  await answers.instead('/jobs', { jobs: [job], total_count: 1, page: 1, limit: 50, total_pages: 1 });
}

/** A search whose word no job has, with what was taken for it. */
async function withSearch(answers: Answers): Promise<void> {
  await withService(answers);
  const { description: _, is_active: __, ...job } = JOB;
  await answers.instead('/jobs/search', {
    jobs: Array.from({ length: 20 }, (_, n) => ({
      ...job,
      id: n + 1,
      highlights: {
        title: 'Senior Backend <mark>Engineer</mark>',
        description:
          'You work beside other <mark>engineers</mark> &#38; build what people rely on … as an <mark>engineer</mark> on call.',
      },
    })),
    total_count: 1_240,
    page: 1,
    limit: 50,
    total_pages: 10,
    counts: 'estimated',
    next_cursor: null,
    matched: 'similar',
    facets: {
      job_type: [
        { value: 'full_time', count: 980 },
        { value: 'contract', count: 260 },
      ],
      remote: [{ value: 'true', count: 1_240 }],
      location: [
        { value: 'Berlin', count: 310 },
        { value: 'Łódź', count: 120 },
      ],
      seniority: [
        { value: 'senior', count: 620 },
        { value: 'unstated', count: 540 },
        { value: 'mid-level', count: 64 },
        { value: 'head', count: 16 },
      ],
      company: [
        { id: 1, value: 'Lantern Labs', count: 40 },
        { id: 2, value: 'Copper & Oak', count: 12 },
      ],
    },
  });
}

/** A search around a place, which is not known of some jobs. */
async function withNear(answers: Answers): Promise<void> {
  await withService(answers);
  await answers.instead('/jobs/places', { places: [] });
  const { description: _, is_active: __, ...job } = JOB;
  const highlights = {
    title: 'Senior Backend <mark>Engineer</mark>',
    description: 'You build what people rely on.',
  };
  await answers.instead('/jobs/search', {
    jobs: [0.2, 12.4, null].map((distance_km, n) => ({
      ...job,
      id: n + 1,
      location: 'Berlin',
      highlights,
      distance_km,
    })),
    total_count: 3,
    page: 1,
    limit: 50,
    total_pages: 1,
    counts: 'exact',
    next_cursor: null,
    matched: 'words',
    near: { name: 'Berlin', country: 'DE', latitude: 52.52, longitude: 13.41, within: 25, left_out: 4 },
    facets: {
      job_type: [{ value: 'full_time', count: 3 }],
      remote: [{ value: 'true', count: 3 }],
      location: [{ value: 'Berlin', count: 3 }],
      seniority: [
        { value: 'senior', count: 2 },
        { value: 'unstated', count: 1 },
      ],
      company: [],
    },
  });
}

async function withSaved(answers: Answers): Promise<void> {
  await withService(answers);
  const search = { frequency: 'daily', active: true, found: 12, told_at: '2026-06-01T08:00:00.000Z' };
  const created_at = '2026-05-01T08:00:00.000Z';
  await answers.instead('/jobs/saved-searches', {
    searches: [
      {
        ...search,
        id: 1,
        name: 'Backend in Łódź',
        criteria: { q: 'backend engineer', location: 'Łódź', min_salary: 60_000 },
        created_at,
      },
      {
        ...search,
        id: 2,
        name: 'Anything remote',
        criteria: { remote: true, job_type: 'contract', seniority: 'senior' },
        frequency: 'weekly',
        active: false,
        found: 0,
        told_at: null,
        created_at,
      },
    ],
  });
}

/** As the service of jobs answers, which knows where a job is offered. */
async function withService(answers: Answers): Promise<void> {
  await answers.instead('/jobs/*', JOB);
  await answers.instead('/jobs/match-settings', {});
  await answers.instead('/jobs/matches/*', MATCH);
  await answers.instead('/companies/*', {
    ...JOB.company,
    website: null,
    location: 'Łódź',
    size: '11-50',
    open_jobs: 1,
  });
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
