import type { Answers } from './answers.ts';

const KINDS = [
  'status_changed',
  'next_action_due',
  'job_matched',
  'saved_search_matched',
  'webhook_disabled',
  'connection_lost',
  'mail_recognized',
  'news',
];

/** As the service of notifications answers. */
export async function withNotifications(answers: Answers): Promise<void> {
  const ways = (n: number) => ({
    in_app: n < 7,
    email: ['off', 'instant', 'daily', 'instant'][n % 4],
    sms: n === 1,
    push: n < 4,
  });
  await answers.instead('/notifications/preferences', {
    locale: null,
    time_zone: 'Europe/Berlin',
    quiet_hours: { from: '22:00', to: '07:00' },
    kinds: Object.fromEntries(KINDS.map((kind, n) => [kind, ways(n)])),
  });
  await answers.instead('/notifications/channels', { channels: ['in_app', 'email', 'sms', 'push'] });
  await answers.instead('/notifications/push-key', { public_key: 'BK' });
  await answers.instead('GET /notifications/phone', { number: null, confirmed: false });
  await answers.instead('/integrations/webhooks/types', { types: [] });
}
