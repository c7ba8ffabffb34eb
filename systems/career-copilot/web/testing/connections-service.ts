import type { Answers } from './answers.ts';

/** As the service of integrations answers. */
export async function withConnections(answers: Answers): Promise<void> {
  const since = '2026-05-02T08:00:00.000Z';
  await answers.instead('/integrations/webhooks/types', { types: [] });
  await answers.instead('GET /integrations/providers', {
    providers: [{ name: 'google', scopes: ['https://www.googleapis.com/auth/calendar'] }],
  });
  await answers.instead('GET /integrations/connections', {
    connections: [
      {
        id: 1,
        provider: 'google',
        account: 'ada@gmail.example',
        scopes: ['https://www.googleapis.com/auth/calendar'],
        state: 'connected',
        created_at: since,
      },
      { id: 2, provider: 'caldav', account: 'ada', scopes: [], state: 'lost', created_at: since },
    ],
  });
  await answers.instead('GET /integrations/calendars', {
    calendars: [
      { id: 4, connection_id: 1, calendar_id: 'primary', synced_at: '2026-06-02T09:26:00.000Z', error: null },
    ],
  });
  await answers.instead('/integrations/connections/*/calendars', {
    calendars: [
      { calendar_id: 'primary', name: 'primary' },
      { calendar_id: 'family', name: 'Family' },
    ],
  });
}
