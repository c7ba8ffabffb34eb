import { type ServiceApp, signedIn } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { identify } from './callers.ts';
import type { SecondFactors } from './second-factor.ts';

const Code = Type.Object({
  code: Type.String({ minLength: 1, maxLength: 40, description: 'Of the app, or one for recovery.' }),
});

/** A second factor is set up in two steps, so that nobody is locked out by an app that has not understood the secret. */
export function secondFactorRoutes(app: ServiceApp, pool: pg.Pool, factors: SecondFactors): void {
  app.get(
    '/auth/second-factor',
    {
      config: { allow: [signedIn], errors: [401] },
      schema: {
        response: {
          200: Type.Object({
            enabled: Type.Boolean(),
            recovery_codes_left: Type.Integer({ description: 'Each is good once.' }),
          }),
        },
      },
    },
    async (request) => {
      const { id } = await identify(pool, request);
      return await factors.state(id);
    },
  );

  app.post(
    '/auth/second-factor',
    {
      config: { allow: [signedIn], errors: [401, 409] },
      schema: { response: { 201: Type.Object({ secret: Type.String(), uri: Type.String() }) } },
    },
    async (request, reply) => {
      const account = await identify(pool, request);
      // What is shown once must not lie in a cache.
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await factors.begin(account));
    },
  );

  app.post(
    '/auth/second-factor/confirm',
    {
      config,
      schema: {
        body: Code,
        response: { 200: Type.Object({ recovery_codes: Type.Array(Type.String()) }) },
      },
    },
    async (request, reply) => {
      const { id } = await identify(pool, request);
      return await reply
        .header('cache-control', 'no-store')
        .send(await factors.confirm(id, request.body.code));
    },
  );

  app.post(
    '/auth/second-factor/remove',
    { config, schema: { body: Code, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = await identify(pool, request);
      await factors.remove(id, request.body.code);
      return await reply.code(204).send(null);
    },
  );
}

const config = { allow: [signedIn], errors: [401, 403, 404, 409, 429] };
