import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Db, withTransaction } from '@banyan/postgres';
import { createBulkhead, type FileStore, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Uuid } from '../../../api/common.ts';
import { PICTURE_BYTES, User } from '../../../api/users.ts';
import { ApiError, statusesOf } from '../../../kit/problems.ts';
import { callersOf, ownOrAdmin } from '../callers.ts';
import type { Change } from '../change.ts';
import { findUser } from '../store.ts';
import type { Pictures } from './part.ts';
import { render } from './render.ts';
import * as store from './store.ts';

/** Each takes the memory of its pixels. */
const AT_ONCE = { atOnce: 2, waiting: 16 };
/** Somebody whose picture it no longer is, is shown it by a browser for no longer. */
const SHOWN_SECONDS = 3_600;

export type PictureRoutesHost = { pool: Db; files: FileStore; pictures: Pictures; change: Change };

/** Pictures of people: given, and shown. */
export async function pictureRoutes(app: ServiceApp, host: PictureRoutesHost): Promise<void> {
  const { pool, files, pictures, change } = host;
  const { ofUser } = callersOf(pool);
  const inTurn = createBulkhead({ ...AT_ONCE, refuse: () => new ApiError('OVERLOADED') });

  await app.register(async (scope: ServiceApp) => {
    // The picture is the body. What it is its content says.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: PICTURE_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    scope.put(
      '/users/:id/picture',
      {
        ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'BAD_PICTURE', 'OVERLOADED'),
        bodyLimit: PICTURE_BYTES,
        schema: {
          description:
            'A JPEG, PNG or WebP is the body. It is shown upright, at most 512 pixels wide and high, without what was written into the file beside it.',
          params: Id,
          response: { 200: User },
        },
      },
      async (request) => {
        const id = ownOrAdmin(request, request.params.id);
        if (!(await findUser(pool, id))) throw new ApiError('USER_NOT_FOUND');
        const given = request.body;
        const content = Buffer.isBuffer(given) ? await inTurn(() => render(given)) : undefined;
        if (!content) throw new ApiError('BAD_PICTURE');
        const name = randomUUID();
        await store.announce(pool, id, name);
        const digest = createHash('sha256').update(content).digest();
        await files.put(name, Readable.from([content]), { bytes: content.length, digest });
        const changed = await withTransaction(pool, async (tx) => {
          const done = await change(tx, id, { profile_picture_url: store.addressOf(id, name) });
          return done && (await store.use(tx, id, name)) ? done : undefined;
        });
        // They have gone meanwhile; so will the file.
        if (!changed) throw new ApiError('USER_NOT_FOUND');
        pictures.wake();
        return changed.user;
      },
    );
  });

  app.get(
    '/users/:id/picture/:name',
    {
      config: { allow: 'everybody', errors: statusesOf('NOT_FOUND') },
      schema: {
        description: 'Whoever was shown its address may see it.',
        params: Type.Object({ ...Id.properties, name: Uuid }),
      },
    },
    async ({ params: { id, name } }, reply) => {
      const key = name.toLowerCase();
      const body = (await store.isUsed(pool, id, key)) ? await files.get(key) : undefined;
      if (!body) throw new ApiError('NOT_FOUND');
      return await reply
        .type('image/webp')
        .headers({
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'cross-origin',
          'cache-control': `private, max-age=${SHOWN_SECONDS}`,
        })
        .send(body);
    },
  );
}
