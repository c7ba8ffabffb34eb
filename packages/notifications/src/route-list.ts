/**
 * For the plan of a system: where the routes of `notificationRoutes` are, and whose their callers are. A monolith has those of the rows
 * that it made, and none of the others.
 */

type Listed = {
  route: string;
  key: 'token.sub' | 'none';
  auth?: 'none';
  writes?: string[];
  onMonolith?: false;
};

/** @param first where they are: `/api/v1/notifications`. @param devices as the system says it. */
export function routeList(first: string, { devices = false }: { devices?: boolean } = {}): Listed[] {
  const ofCallers = [...OF_CALLERS, ...(devices ? OF_DEVICES : [])].map((route): Listed => {
    const [method, path] = route.split(' ') as [string, string];
    return { route: `${method} ${first}${path}`, key: 'token.sub', onMonolith: false };
  });
  const ofEverybody = { key: 'none', auth: 'none', writes: [], onMonolith: false } as const;
  return [
    { route: `GET ${first}`, key: 'token.sub' },
    { route: `PUT ${first}/:id/read`, key: 'token.sub', writes: ['notifications'] },
    { route: `PUT ${first}/read-all`, key: 'token.sub', writes: ['notifications'] },
    ...ofCallers,
    { route: `POST ${first}/reports/twilio`, ...ofEverybody, writes: [] },
    { route: `POST ${first}/reports/bounces`, ...ofEverybody, writes: [] },
    // Whose they are is in the link, which the gateway does not read: they come with the last of the shares.
    { route: `GET ${first}/unsubscribe`, key: 'none', auth: 'none', onMonolith: false },
    { route: `POST ${first}/unsubscribe`, ...ofEverybody, writes: [] },
  ];
}

const OF_CALLERS = [
  'GET /preferences',
  'PUT /preferences',
  'GET /stream',
  'GET /feed',
  'GET /feed/unread',
  'PUT /feed/read',
  'PUT /feed/:id/read',
  'GET /deliveries',
  'GET /channels',
  'POST /channels/:channel/test',
  'GET /deliveries/undelivered',
  'GET /deliveries/:id',
  'GET /push-key',
  'POST /push-subscriptions',
  'DELETE /push-subscriptions/:id',
  'GET /phone',
  'PUT /phone',
  'DELETE /phone',
  'POST /phone/confirm',
  'GET /templates',
  'GET /templates/:kind/:locale',
  'PUT /templates/:kind/:locale',
  'POST /templates/:kind/:locale/preview',
  'POST /templates/:kind/:locale/test',
  'GET /campaigns',
  'POST /campaigns',
  'GET /campaigns/:id',
  'POST /campaigns/:id/:step',
];
const OF_DEVICES = ['POST /devices', 'DELETE /devices/:id'];
