import { copy, defineMigration, env, table } from '@banyan/banyan';

export default defineMigration({
  name: 'shop',
  monolith: { url: env('SHOP_URL'), database: env('SHOP_DATABASE_URL') },
  control: { database: env('BANYAN_DATABASE_URL'), port: Number(env('CONTROL_PORT')) },
  gateway: {
    port: Number(env('GATEWAY_PORT')),
    adminPort: Number(env('ADMIN_PORT')),
    issuers: [
      { name: 'shop', issuer: 'shop', algorithm: 'HS256', secret: env('SHOP_SECRET'), scheme: 'Token' },
    ],
  },
  rollout: {
    steps: ['10%', '50%', '100%'],
    observeSeconds: 1,
    minRequests: 5,
    minCompared: 5,
    // What else the machine does must not decide whether users move: nearly all requests are of routes that do, and tell nothing of it.
    maxLatencyRatio: 1_000,
  },
  services: {
    comments: {
      url: env('COMMENTS_URL'),
      database: env('COMMENTS_DATABASE_URL'),
      health: '/health',
      tables: [
        table({
          legacy: 'comments',
          owner: { by: 'key', legacyColumn: 'author', serviceColumn: 'author' },
          columns: [copy('id', 'article', 'author', 'body')],
        }),
      ],
      routes: [
        { route: 'GET /api/me/comments', key: 'token.username' },
        // Whoever deletes the article next must find the comment on the monolith, whose cascade takes it along.
        {
          route: 'POST /api/articles/:slug/comments',
          key: 'token.username',
          writes: ['comments'],
          settle: true,
        },
        { route: 'PUT /api/comments/:id', key: 'token.username', writes: ['comments'] },
        { route: 'DELETE /api/comments/:id', key: 'token.username', writes: ['comments'] },
      ],
    },
  },
});
