import type { Person } from '@banyan/ui/testing';
import type { Answers } from '../answers.ts';
import { authIsThere } from '../auth-service.ts';
import { withTrials } from '../notifications-service.ts';
import type { View } from '../views.ts';

const USERS = '/administration/users';
const CAMPAIGN = '018f6f0e-0000-7000-8000-000000000001';

const views: readonly View[] = [
  { name: 'overview', path: '/administration', who: 'administrator', given: withUsers(30) },
  { name: 'not-for-you', path: '/administration', who: 'newcomer' },
  { name: 'overview-monolith', path: '/administration', who: 'administrator' },
  { name: 'users', path: USERS, who: 'administrator', given: withUsers(30) },
  { name: 'users-none', path: `${USERS}?state=suspended`, who: 'administrator', given: withUsers(0) },
  { name: 'users-one', path: `${USERS}?role=admin`, who: 'administrator', given: withUsers(1) },
  { name: 'users-many', path: USERS, who: 'administrator', given: withUsers(50, true) },
  { name: 'users-not-yet', path: USERS, who: 'administrator' },
  {
    name: 'users-failed',
    path: USERS,
    who: 'administrator',
    given: async (answers, person) => {
      await authIsThere(person);
      await answers.refuse('/users', { status: 403, code: 'FORBIDDEN' });
    },
    afterwards: (page) => page.getByRole('alert').waitFor(),
  },
  {
    name: 'users-suspend',
    path: USERS,
    who: 'administrator',
    given: withUsers(30),
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'What to do with grace.hopper@' }).click();
      await page.getByRole('menuitem', { name: 'Suspend' }).click();
      await page.getByRole('alertdialog').getByLabel('Reason').fill('Sends spam');
    },
  },
  { name: 'campaigns', path: '/administration/campaigns', who: 'administrator', given: withMessages },
  {
    name: 'campaigns-none',
    path: '/administration/campaigns',
    who: 'administrator',
    given: async (answers) => {
      await answers.instead('/notifications/preferences', {});
      await answers.instead('/notifications/campaigns', { items: [], next_cursor: null });
    },
  },
  {
    name: 'campaign',
    path: `/administration/campaigns/${CAMPAIGN}`,
    who: 'administrator',
    given: withMessages,
  },
  { name: 'campaign-new', path: '/administration/campaigns/new', who: 'administrator', given: withMessages },
  { name: 'templates', path: '/administration/templates', who: 'administrator', given: withMessages },
  {
    name: 'template',
    path: '/administration/templates/next_action_due/en',
    who: 'administrator',
    given: withMessages,
    afterwards: (page) => page.getByText('To do: Ask how it goes', { exact: true }).waitFor(),
  },
  {
    name: 'template-test',
    path: '/administration/templates/next_action_due/en',
    who: 'administrator',
    given: async (answers) => {
      await withMessages(answers);
      await withTrials(answers, { state: 'queued', reason: '451 4.2.1 come again later' });
    },
    afterwards: async (page) => {
      await page.getByText('To do: Ask how it goes', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Send me a test' }).click();
      await page.getByText('It waits, and is tried again: 451 4.2.1 come again later').waitFor();
    },
  },
  { name: 'deliveries', path: '/administration/deliveries', who: 'administrator', given: withMessages },
  {
    name: 'deliveries-none',
    path: '/administration/deliveries?state=bounced',
    who: 'administrator',
    given: async (answers) => {
      await answers.instead('/notifications/preferences', {});
      await answers.instead('/notifications/deliveries/undelivered', { items: [], next_cursor: null });
    },
  },
  { name: 'data', path: '/administration/data', who: 'administrator', given: withProducts },
];

export default views;

/** As the service of accounts answers. */
function withUsers(count: number, hasMore = false) {
  return async (answers: Answers, person: Person): Promise<void> => {
    await authIsThere(person);
    await answers.instead('/users', {
      users: Array.from({ length: count }, (_, n) => user(n + 1)),
      next_cursor: hasMore ? 'more' : null,
    });
  };
}

const NAMES = ['ada.lovelace', 'grace.hopper', 'alan.turing', 'katherine.johnson', 'edsger.dijkstra'];

function user(id: number): object {
  const isDeleted = id % 11 === 0;
  const isSuspended = !isDeleted && id % 7 === 5;
  const name = `${NAMES[(id - 1) % NAMES.length]}${id > NAMES.length ? id : ''}`;
  return {
    id,
    email: isDeleted ? `deleted-${id}@deleted.invalid` : `${name}@example.com`,
    is_active: !isDeleted && !isSuspended,
    role: id <= 3 ? 'admin' : 'user',
    email_verified_at: isDeleted || id % 4 === 2 ? null : '2026-03-02T08:00:00.000Z',
    suspension_reason: isSuspended && id % 2 === 1 ? 'Sent the same letter to 200 companies' : null,
    suspended_at: isSuspended ? '2026-05-20T08:00:00.000Z' : null,
    created_at: `2026-0${1 + (id % 5)}-1${id % 10}T08:00:00.000Z`,
    updated_at: '2026-05-20T08:00:00.000Z',
  };
}

/** As the service of notifications answers. */
async function withMessages(answers: Answers): Promise<void> {
  await answers.instead('/notifications/preferences', {});
  const campaign = (n: number, name: string, state: string) => ({
    id: CAMPAIGN.slice(0, -1) + n,
    name,
    state,
    words: { subject: `${name} is here`, body: 'Have a look at what is new.', action: 'Have a look' },
    link: 'https://career.example/news',
    audience: n === 1 ? { locales: ['en'] } : { user_ids: [7, 8] },
    per_minute: 60,
    created_at: `2026-05-1${n}T08:00:00.000Z`,
  });
  const campaigns = [
    campaign(1, 'Spring', 'running'),
    campaign(2, 'Salary report', 'draft'),
    campaign(3, 'Winter', 'done'),
  ];
  await answers.instead('/notifications/campaigns', { items: campaigns, next_cursor: null });
  await answers.instead('/notifications/campaigns/*', {
    ...campaigns[0],
    messages: { queued: 120, sent: 840, failed: 3, bounced: 7, suppressed: 41 },
  });
  const KINDS = ['verify_email', 'reset_password', 'next_action_due', 'job_matched', 'news', 'digest'];
  await answers.instead('/notifications/templates', {
    templates: KINDS.flatMap((kind, n) =>
      ['en', 'de'].map((locale) => ({ kind, locale, version: locale === 'en' ? n % 3 : 0 })),
    ),
  });
  const words = {
    subject: 'To do: {{ what }}',
    body: 'Hello,\n\n{{ what }}, for {{ job }} at {{ company }}.',
    action: 'Open the application',
    short: '{{ what }}: {{ job }}',
  };
  await answers.instead('/notifications/templates/*/*', {
    kind: 'next_action_due',
    locale: 'en',
    version: 2,
    words,
    sample: { what: 'Ask how it goes', job: 'Engineer', company: 'Vault-Tec' },
  });
  await answers.instead('/notifications/templates/*/*/preview', {
    subject: 'To do: Ask how it goes',
    text: 'Hello,\n\nAsk how it goes, for Engineer at Vault-Tec.\n\nOpen the application: https://career.example/applications/12\n\nCareer Copilot',
    html: MAIL,
    short: 'Ask how it goes: Engineer',
  });
  await answers.instead('/notifications/deliveries/undelivered', {
    items: Array.from({ length: 12 }, (_, n) => ({
      id: `018f6f0e-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`,
      user_id: 40 + n,
      kind: n % 3 === 0 ? 'news' : 'next_action_due',
      channel: n % 4 === 3 ? 'sms' : 'email',
      state: n % 2 === 0 ? 'bounced' : 'failed',
      reason: n % 2 === 0 ? (n % 4 === 0 ? 'NO_SUCH_ADDRESS' : 'BOUNCED 5.2.2') : 'OUTCOME_UNKNOWN',
      created_at: '2026-05-30T08:00:00.000Z',
      updated_at: `2026-05-30T08:${String(59 - n).padStart(2, '0')}:00.000Z`,
    })),
    next_cursor: null,
  });
}

/** As the service writes it: with the styles that the policy of the pages lets in. */
const MAIL = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>To do</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1b1b1b;background:#ffffff">
<main style="max-width:36em;margin:0 auto"><p style="white-space:pre-line">Hello,</p>
<p style="white-space:pre-line">Ask how it goes, for Engineer at Vault-Tec.</p>
<p><a href="https://career.example/applications/12" style="display:inline-block;padding:10px 16px;background:#1a4fa3;color:#ffffff;text-decoration:none;border-radius:4px">Open the application</a></p>
<p style="font-size:13px;overflow-wrap:anywhere">https://career.example/applications/12</p></main>
<footer style="max-width:36em;margin:32px auto 0;font-size:13px;color:#555555"><p>You get this because you asked for it.</p></footer></body></html>`;

/** As the service of analytics answers. */
async function withProducts(answers: Answers): Promise<void> {
  await answers.instead('/analytics/dashboards', []);
  const product = (name: string, title: string, description: string, kept: boolean) => ({
    name,
    version: 1,
    title,
    description,
    owner: 'analytics',
    audience: 'administrators',
    href: `/api/v1/analytics/products/${name}/v1`,
    schema: { type: 'object', properties: { rate: { type: 'number' } } },
    freshness: {
      promise_seconds: 60,
      age_seconds: kept ? 12 : 340,
      kept,
      complete_since: kept ? '2026-05-20T08:00:00.000Z' : null,
    },
  });
  await answers.instead('/analytics/products', [
    product('funnel', 'Funnel of all users', 'How far all applications came.', true),
    product('answer-forecast', 'Calibration of the forecast', 'How good forecasts of an answer are.', false),
    product('cohorts', 'Cohorts', 'Users by the week of their registration.', true),
  ]);
}
