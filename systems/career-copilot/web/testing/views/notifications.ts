import type { Answers } from '../answers.ts';
import type { View } from '../views.ts';

const views: readonly View[] = [
  { name: 'notifications', path: '/notifications', who: 'busy', given: (answers) => withService(answers) },
  { name: 'notifications-monolith', path: '/notifications', who: 'busy' },
  { name: 'notifications-new', path: '/notifications', who: 'newcomer' },
  {
    name: 'notifications-one',
    path: '/notifications',
    who: 'newcomer',
    given: (answers) => withService(answers, 1),
  },
  { name: 'notifications-read', path: '/notifications?show=unread', who: 'newcomer' },
];

export default views;

/** As the service tells what the monolith does not. */
async function withService(answers: Answers, most = Number.POSITIVE_INFINITY): Promise<void> {
  const item = (id: string, kind: string, title: string, body: string, link: string | null, at: string) => ({
    id,
    kind,
    title,
    body,
    link,
    is_read: id.startsWith('n'),
    created_at: `2026-0${at}:00.000Z`,
  });
  const APP = 'https://app.career.example';
  await answers.instead('/notifications/preferences', {});
  await answers.instead('/notifications/feed/unread', { count: Math.min(3, most) });
  await answers.instead('/notifications/feed', {
    items: [
      item(
        'a',
        'next_action_due',
        'To do: Send the references',
        'Engineer at Acme',
        `${APP}/applications/12`,
        '6-02T08:15',
      ),
      item(
        'b',
        'job_matched',
        'A job that fits you',
        'Staff Engineer at Comet Almeida Works, Berlin',
        `${APP}/jobs/7`,
        '6-01T17:40',
      ),
      item(
        'c',
        'connection_lost',
        'Please connect your account again: google',
        'Interviews are not put into your calendar until then.',
        `${APP}/integrations/connections`,
        '5-30T06:00',
      ),
      item(
        'n4',
        'status_changed',
        'Your application moved on',
        'Analyst at Ridge Birch Inc. is at the interview now.',
        null,
        '5-28T12:00',
      ),
    ].slice(0, most),
    next_cursor: null,
  });
}
