import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'dashboard', path: '/', who: 'busy', given: withServices },
  { name: 'dashboard-monolith', path: '/', who: 'busy' },
  { name: 'dashboard-new', path: '/', who: 'newcomer' },
  { name: 'dashboard-quiet', path: '/', who: 'busy', given: withLittle },
];

export default views;

/** As services answer that have what the monolith has no place for. */
async function withServices(answers: Answers): Promise<void> {
  await answers.instead('/analytics/dashboards', []);
  await answers.instead('/analytics/series', {
    metric: 'applied',
    unit: 'week',
    zone: 'UTC',
    points: Array.from({ length: 12 }, (_, week) => ({
      period: new Date(Date.UTC(2026, 2, 16 + 7 * week)).toISOString().slice(0, 10),
      count: (week * 5) % 7,
    })),
  });
  await answers.instead('/analytics/forecast', {
    refused: null,
    base_rate: 0.31,
    applications: [
      { application_id: 1, chance: 0.62, interval: { low: 0.54, high: 0.71, like: 84 } },
      { application_id: 2, chance: 0.27, interval: { low: 0.2, high: 0.37, like: 112 } },
      { application_id: 3, chance: 0.08, interval: null },
    ],
  });
  await answers.instead('/analytics/reports', [
    {
      id: 2,
      format: 'pdf',
      state: 'done',
      created_at: '2026-06-01T08:00:00.000Z',
      ended_at: '2026-06-01T08:00:02.000Z',
    },
    { id: 1, format: 'csv', state: 'failed', created_at: '2026-05-30T08:00:00.000Z', ended_at: null },
  ]);
  await answers.instead('/integrations/webhooks/types', { types: [] });
  await answers.instead('/integrations/interviews', {
    interviews: [
      {
        id: 47,
        application_id: 47,
        title: 'Interview with Comet Almeida Works',
        location: '',
        starts_at: '2026-06-04T10:30:00.000Z',
        ends_at: '2026-06-04T11:30:00.000Z',
      },
    ],
  });
  await answers.instead('/api/v2/applications/statistics', {
    total: 40,
    active: 20,
    sent: 30,
    answered: 12,
    response_rate: 0.4,
    ghosted_rate: 0.1,
    median_days_to_answer: 6.5,
    by_state: {},
    funnel: [],
    time_in_stage: [
      { stage: 'saved', left: 14, average_days: 3.2, median_days: 2 },
      { stage: 'applied', left: 12, average_days: 8.1, median_days: 6.5 },
      { stage: 'screening', left: 9, average_days: 5, median_days: 4 },
      { stage: 'interview', left: 4, average_days: 12, median_days: 11 },
      { stage: 'offer', left: 0, average_days: null, median_days: null },
    ],
    by_source: [
      { source: 'job_board', sent: 14, answered: 3, response_rate: 0.21 },
      { source: 'referral', sent: 6, answered: 5, response_rate: 0.83 },
      { source: 'unknown', sent: 10, answered: 4, response_rate: 0.4 },
    ],
  });
  await answers.instead('/api/v2/applications', {
    items: [
      {
        id: 12,
        job_title: 'Engineer',
        company_name: 'Acme',
        next_action: { id: 3, what: 'Send the references', due_at: '2026-05-28T15:00:00.000Z' },
      },
    ],
    next_cursor: null,
  });
}

/** Nothing waits, nothing is unread, and nobody has answered yet. */
async function withLittle(answers: Answers): Promise<void> {
  await answers.instead('/analytics/summary', {
    total_applications: 1,
    active_applications: 1,
    by_status: { applied: 1 },
    response_rate: 0,
    offer_rate: 0,
  });
  await answers.instead('/analytics/weekly', { weeks: [] });
  await answers.instead('/analytics/funnel', {
    stages: ['applied', 'screening', 'interview', 'offer', 'accepted'].map((stage) => ({
      stage,
      count: stage === 'applied' ? 1 : 0,
      rate: stage === 'applied' ? 1 : 0,
    })),
  });
  await answers.instead('/notifications', {
    notifications: [],
    total_count: 0,
    page: 1,
    limit: 4,
    total_pages: 0,
  });
}
