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

const TRIAL = '018f6f0e-0000-7000-8000-000000000009';

/** What comes of messages that somebody sends to themselves. */
export async function withTrials(
  answers: Answers,
  { state, reason = null }: { state: string; reason?: string | null },
): Promise<void> {
  const made = { delivery_ids: [TRIAL] };
  await answers.instead('POST /notifications/channels/*/test', made);
  await answers.instead('POST /notifications/templates/*/*/test', made);
  const at = '2026-06-01T08:00:00.000Z';
  await answers.instead(`/notifications/deliveries/${TRIAL}`, {
    ...{ id: TRIAL, kind: 'trial', channel: 'email', created_at: at, updated_at: at },
    ...{ state, reason },
  });
}
