import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const APRIL = '/calendar?month=2026-04&day=2026-04-14';

const views: readonly View[] = [
  { name: 'calendar', path: APRIL, who: 'busy', given: withServices },
  { name: 'calendar-monolith', path: APRIL, who: 'busy' },
  { name: 'calendar-new', path: '/calendar?month=2026-04', who: 'newcomer' },
  { name: 'agenda', path: '/calendar?month=2026-04&view=agenda', who: 'busy', given: withServices },
  { name: 'calendar-many', path: APRIL, who: 'busy', given: withMany },
  { name: 'agenda-new', path: '/calendar?month=2026-04&view=agenda', who: 'newcomer' },
  { name: 'interview', path: `${APRIL}&interview=47`, who: 'busy', given: withServices },
  { name: 'interview-new', path: `${APRIL}&interview=new`, who: 'busy', given: withServices },
];

export default views;

/** As the service of integrations answers, with what the monolith has no place for. */
async function withServices(answers: Answers): Promise<void> {
  const interview = (id: number, title: string, day: string, hour: number, location = '') => ({
    id,
    application_id: id,
    title,
    location,
    starts_at: `2026-04-${day}T${hour}:30:00.000Z`,
    ends_at: `2026-04-${day}T${hour + 1}:30:00.000Z`,
  });
  await answers.instead('/integrations/webhooks/types', { types: [] });
  await answers.instead('/integrations/interviews', {
    interviews: [
      interview(47, 'Interview with Comet Almeida Works', '14', 10, 'https://meet.example.com/comet'),
      interview(25, 'Second round at Ridge Birch Inc.', '22', 13, 'Hauptstraße 5, Berlin'),
      interview(8, 'Interview with Bridge Cascade S.A.', '23', 14),
    ],
  });
  await answers.instead('/integrations/calendars/busy', {
    busy: [
      {
        title: 'Dentist',
        starts_at: '2026-04-14T11:00:00.000Z',
        ends_at: '2026-04-14T12:00:00.000Z',
        calendar: 1,
      },
      {
        title: 'Choir',
        starts_at: '2026-04-16T17:00:00.000Z',
        ends_at: '2026-04-16T19:00:00.000Z',
        calendar: 1,
      },
    ],
  });
  await answers.instead('/integrations/calendars', {
    calendars: [
      { id: 1, connection_id: 1, calendar_id: 'primary', synced_at: '2026-04-14T08:00:00.000Z', error: null },
    ],
  });
}

/** As many as nobody has, of which most were sent in one week. */
async function withMany(answers: Answers): Promise<void> {
  const applications = Array.from({ length: 500 }, (_, n) => ({
    id: n + 1,
    job_id: n + 1,
    job_title: `Engineer for what has a long name, number ${n + 1}`,
    company_name: 'Acme',
    status: n < 30 ? 'interview' : 'applied',
    cover_letter: null,
    applied_at: `2026-04-${String(13 + (n % 7)).padStart(2, '0')}T08:${String(n % 60).padStart(2, '0')}:00.000Z`,
    created_at: '2026-04-13T08:00:00.000Z',
    updated_at: '2026-04-13T08:00:00.000Z',
  }));
  const page = { total_count: 500, page: 1, limit: 500, total_pages: 1 };
  await answers.instead('/applications', { applications, ...page });
}
