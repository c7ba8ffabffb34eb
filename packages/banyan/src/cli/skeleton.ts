/** What `banyan init` writes: a plan that is right by its form, for a team to fill in. */
export const SKELETON = `import { copy, defineMigration, env, table } from '@banyan/banyan';

// The plan: who the monolith is, which service takes over which routes and tables, and how fast users move.
// docs/plan.md of Banyan has every field with its default.
export default defineMigration({
  name: 'shop',

  monolith: {
    url: env('MONOLITH_URL', 'http://127.0.0.1:8000'),
    // With a role of Banyan's own that may replicate; banyan check names the rights that it lacks.
    database: env('MONOLITH_DATABASE_URL', 'postgres://banyan@127.0.0.1:5432/shop'),
    // A path that answers 2xx when the monolith is well; null when there is none.
    health: '/health',
  },

  // A small database that remembers stages, fences and evidence. Back it up.
  control: { database: env('BANYAN_DATABASE_URL', 'postgres://banyan@127.0.0.1:5432/banyan') },

  // What your users talk to instead of the monolith.
  gateway: {
    port: 8080,
    // Who signs your users' tokens: the claim that names a user is what routes are keyed by.
    issuers: [
      {
        name: 'shop',
        issuer: 'shop',
        algorithm: 'HS256',
        secret: env('JWT_SECRET', 'replace me: the secret that the monolith signs with'),
      },
    ],
  },

  rollout: { steps: ['1%', '10%', '50%', '100%'], observeSeconds: 300 },

  services: {
    orders: {
      url: env('ORDERS_URL', 'http://127.0.0.1:9001'),
      database: env('ORDERS_DATABASE_URL', 'postgres://banyan@127.0.0.1:5432/orders'),
      tables: [
        table({
          legacy: 'orders',
          // A row is written on the side of whoever it belongs to. { by: 'writer' } when it belongs to nobody.
          owner: { by: 'key', legacyColumn: 'customer_id', serviceColumn: 'customer_id' },
          columns: [copy('id', 'customer_id', 'state', 'created_at')],
        }),
      ],
      routes: [
        { route: 'GET /api/orders', key: 'token.sub' },
        { route: 'POST /api/orders', key: 'token.sub', writes: ['orders'] },
      ],
    },
  },
});
`;
