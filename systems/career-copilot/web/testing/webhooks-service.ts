import type { Answers } from './answers.ts';

const WEBHOOK = {
  id: 7,
  url: 'https://hooks.example.com/career',
  description: 'Row in my sheet',
  event_types: ['application.created', 'application.status_changed'],
  disabled: null,
  failing_since: null,
  created_at: '2026-05-02T08:00:00.000Z',
  version: 3,
};
const WEBHOOKS = [
  WEBHOOK,
  {
    ...WEBHOOK,
    id: 8,
    url: 'https://chat.example.org/in',
    description: '',
    failing_since: '2026-06-01T21:00:00.000Z',
  },
  { ...WEBHOOK, id: 9, url: 'https://old.example.net/', description: 'Old server', disabled: 'failing' },
];

const delivery = (n: number) => ({
  id: 900 - n,
  message_id: `msg_${900 - n}`,
  type: n % 3 === 0 ? 'application.created' : 'application.status_changed',
  state: n === 0 ? 'pending' : n % 5 === 2 ? 'dead' : 'delivered',
  attempts: n === 0 ? 2 : 1,
  due_at: n === 0 ? '2026-06-02T09:55:00.000Z' : null,
  created_at: new Date(Date.UTC(2026, 5, 2, 9, 20) - n * 3_600_000).toISOString(),
});

/** As the service of integrations answers; of `webhooks` (three at most) and `deliveries` there are so many. */
export async function withWebhooks(
  answers: Answers,
  { webhooks = WEBHOOKS.length, deliveries = 6 } = {},
): Promise<void> {
  const rows = Array.from({ length: deliveries }, (_, n) => delivery(n));
  await answers.instead('/integrations/webhooks/types', { types: [] });
  await answers.instead('GET /integrations/webhooks', {
    items: WEBHOOKS.slice(0, webhooks),
    next_cursor: null,
  });
  for (const webhook of WEBHOOKS) await answers.instead(`GET /integrations/webhooks/${webhook.id}`, webhook);
  await answers.instead('/integrations/webhooks/*/deliveries', {
    items: rows,
    next_cursor: deliveries > 100 ? 'more' : null,
  });
  await answers.instead('GET /integrations/webhooks/*/deliveries/*', {
    ...delivery(2),
    body: '{"type":"application.status_changed","timestamp":"2026-06-02T07:20:00Z","data":{"id":12,"status":"interview"}}',
    recent_attempts: [
      { at: '2026-06-02T07:25:03.000Z', status: null, error: 'TIMEOUT', duration_ms: 15_000 },
      { at: '2026-06-02T07:20:02.000Z', status: 503, error: null, duration_ms: 128 },
    ],
  });
}
