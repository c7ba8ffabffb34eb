import { timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Applier } from './applier.ts';

const Timeout = Type.Integer({ minimum: 1, maximum: 60_000 });
const LinkName = Type.String({ pattern: '^[a-z][a-z0-9_-]*\\.(forward|reverse)$' });
const Share = Type.Integer({ minimum: 0, maximum: 10_000 });

const FenceBody = Type.Object({
  fences: Type.Array(Type.Object({ id: Type.String({ format: 'uuid' }), service: Type.String() }), {
    minItems: 1,
  }),
  fromShare: Share,
  toShare: Share,
  timeoutMs: Timeout,
});
const Settle = Type.Object({ waves: Type.Array(Type.Array(LinkName)), timeoutMs: Timeout });
const Identifier = Type.String({ minLength: 1, maxLength: 130 });
const Lookup = Type.Object({
  service: Identifier,
  table: Identifier,
  column: Identifier,
  matches: Identifier,
  value: Type.String({ maxLength: 1_024 }),
});

/** The applier's own API: barriers for the controller, settling and owners of rows for the gateways. Loopback, bearer token. */
export async function serveApplier(
  applier: Applier,
  options: { port: number; host: string; token: string },
): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const expected = Buffer.from(`Bearer ${options.token}`);

  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/health/live') return;
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      await reply
        .code(401)
        .type('application/problem+json')
        .send({ type: 'about:blank', title: 'A valid token is needed', status: 401 });
    }
  });

  app.get('/health/live', async () => ({ status: 'ok', epoch: applier.epoch }));
  app.post<{ Body: Type.Static<typeof FenceBody> }>(
    '/v1/fence',
    { schema: { body: FenceBody } },
    async ({ body }) => applier.fence(body),
  );
  app.post<{ Body: Type.Static<typeof Settle> }>(
    '/v1/settle',
    { schema: { body: Settle } },
    async ({ body }) => ({
      settled: await applier.settle(body.waves, body.timeoutMs),
    }),
  );

  app.post<{ Body: Type.Static<typeof Lookup> }>(
    '/v1/lookup',
    { schema: { body: Lookup } },
    async ({ body }) => applier.lookup(body),
  );

  await app.listen({ port: options.port, host: options.host });
  return app;
}
