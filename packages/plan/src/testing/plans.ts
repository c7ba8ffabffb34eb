import { rename } from '@banyan/replication/mapping';
import type { Plan, PlanRoute, PlanService, TableMapping } from '../types.ts';

/** Plans for tests: each function gives a valid one to change. */
export function aPlan(change: Partial<Plan> = {}): Plan {
  return {
    name: 'shop',
    monolith: {
      url: 'http://127.0.0.1:8000',
      database: 'postgres://shop:shop-secret@127.0.0.1:5432/shop',
      signAs: 'shop',
    },
    control: { database: 'postgres://banyan:banyan-secret@127.0.0.1:5432/control' },
    gateway: {
      issuers: [{ name: 'shop', issuer: 'shop', algorithm: 'HS256', secret: 's'.repeat(32) }],
    },
    services: {
      auth: aService('auth', {
        routes: [aRoute('POST /auth/register', 'none'), aRoute('POST /auth/logout', 'token.sub')],
        tables: [aTable('users', ['email', 'password_hash'])],
      }),
      users: aService('users', {
        routes: [
          aRoute('GET /users/me', 'token.sub'),
          aRoute('PUT /users/me', 'token.sub', { writes: ['users'] }),
          aRoute('POST /users/:id/suspend', 'params.id'),
        ],
        tables: [aTable('users', ['full_name'], { rows: 'foreign' })],
      }),
    },
    ...change,
  };
}

export function aService(name: string, change: Partial<PlanService> = {}): PlanService {
  return {
    url: 'http://127.0.0.1:4001',
    database: `postgres://${name}@127.0.0.1:5432/${name}`,
    routes: [aRoute(`GET /${name}`, 'token.sub')],
    tables: [],
    ...change,
  };
}

export function aRoute(route: string, key: string, change: Partial<PlanRoute> = {}): PlanRoute {
  return { route, key, ...change };
}

/** A table whose rows belong to their id, with these columns copied as they are. */
export function aTable(name: string, columns: string[], change: Partial<TableMapping> = {}): TableMapping {
  return {
    legacy: { schema: 'public', table: name, key: ['id'] },
    service: { schema: 'public', table: name, key: ['id'] },
    rows: 'owned',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: ['id', ...columns].map((column) => rename(column, column)),
    onTruncate: 'block',
    ...change,
  };
}
