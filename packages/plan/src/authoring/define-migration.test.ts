import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, defineMigration, rename, split, table } from '../index.ts';
import { resolvePlan } from '../resolve/resolve.ts';

test('a plan written with the helpers of the package is right', () => {
  const plan = defineMigration({
    name: 'career-copilot',
    monolith: {
      url: 'http://127.0.0.1:8000',
      database: 'postgres://127.0.0.1/legacy',
      signAs: 'monolith',
    },
    control: { database: 'postgres://127.0.0.1/control' },
    gateway: {
      issuers: [{ name: 'monolith', issuer: '', algorithm: 'HS256', secret: 'x'.repeat(32) }],
    },
    services: {
      auth: {
        url: 'http://127.0.0.1:4001',
        database: 'postgres://127.0.0.1/auth',
        routes: [{ route: 'POST /api/v1/auth/register', key: 'none', auth: 'none', writes: ['users'] }],
        tables: [
          table({
            legacy: 'users',
            service: 'credentials',
            owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
            columns: [copy('id', 'email'), rename('hashed_password', 'password_hash')],
          }),
        ],
      },
      users: {
        url: 'http://127.0.0.1:4002',
        database: 'postgres://127.0.0.1/users',
        routes: [{ route: 'PUT /api/v1/users/me', key: 'token.sub', writes: ['users'] }],
        tables: [
          table({
            legacy: 'users',
            service: 'profiles',
            rows: 'foreign',
            owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
            columns: [
              copy('id'),
              copy('email', { flow: 'forward' }),
              split('full_name', ['first_name', 'last_name']),
            ],
          }),
        ],
      },
    },
  });
  const { services } = resolvePlan(plan);
  assert.equal(services.users!.tables[0]!.service.table, 'profiles');
});
