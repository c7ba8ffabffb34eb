import type { Plan } from '@banyan/banyan';
import { API } from '../api/common.ts';
import { BODIES } from './edge.ts';

type Unmoved = NonNullable<Plan['unmoved']>[number];

/** Writes of the monolith that services read or whose bodies are looked at, each with the service that will take it over; none: it stays. */
const WRITES: readonly { of?: string; route: string; writes: string[] }[] = [
  { of: 'user', route: `POST ${API}/auth/register`, writes: ['users_legacy', 'skill_profiles', 'wallets'] },
  ...['PUT /users/:id', 'PUT /users/:id/privacy-settings', 'POST /users/:id/suspend'].map((route) => ({
    ...{ of: 'user', route: route.replace(' ', ` ${API}`), writes: ['users_legacy'] },
  })),
  // Whom somebody has a session with may see their profile. Who is told of what happens finds it with the answer.
  { of: 'session', route: `POST ${API}/bookings`, writes: ['sessions', 'notifications'] },
  ...[
    'accept',
    'decline',
    'schedule',
    'start',
    'complete',
    'cancel',
    'no-show',
    'dispute',
    'dispute/decision',
  ].map((step) => ({
    ...{ of: 'session', route: `POST ${API}/sessions/:id/${step}`, writes: ['notifications'] },
  })),
  { of: 'payment', route: `POST ${API}/payments/purchases`, writes: ['notifications'] },
  { of: 'payment', route: `POST ${API}/payments/withdrawals`, writes: [] },
  // By time and ratings others find whom they may learn from.
  { of: 'session', route: `PUT ${API}/bookings/availability/:userId`, writes: ['availability'] },
  { of: 'session', route: `POST ${API}/sessions/:id/ratings`, writes: ['skill_profiles'] },
  // Of all that the monolith has; what is a service's by then is carried to it, and is gone with the answer.
  {
    route: `DELETE ${API}/users/:id`,
    writes: [
      ...['users_legacy', 'refresh_tokens', 'skill_profiles', 'erasures'],
      ...['offered_skills', 'wanted_skills', 'availability', 'notifications'],
    ],
  },
];

/**
 * Those of a plan with these services: of writes that are still the monolith's, what any of the services takes or reads, and
 * what their bodies look like.
 */
export function unmovedOf(services: Plan['services']): Unmoved[] {
  const mapped = new Set(
    Object.values(services).flatMap(({ tables = [] }) => tables.map(({ legacy }) => legacy.table)),
  );
  return WRITES.filter(({ of }) => of === undefined || !services[of])
    .map(({ route, writes }) => {
      const read = writes.filter((table) => mapped.has(table));
      const bodySchema = BODIES[route];
      return { route, ...(read.length > 0 && { writes: read }), ...(bodySchema && { bodySchema }) };
    })
    .filter((unmoved) => 'writes' in unmoved || 'bodySchema' in unmoved);
}
