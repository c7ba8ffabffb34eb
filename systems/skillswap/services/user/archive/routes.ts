import type { Db } from '@banyan/postgres';
import { archiveOf, CallError, type ServiceApp, type ServiceClient } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Uuid } from '../../../api/common.ts';
import { Archive } from '../../../api/users.ts';
import type { publicExport } from '../../../contracts/public-api.ts';
import { ApiError } from '../../../kit/problems.ts';
import { callersOf, ownOrAdmin } from '../callers.ts';
import { personalTables } from '../personal-data.ts';
import type { Archiving } from './part.ts';
import * as store from './store.ts';

/** Of one person no more than one in so many minutes: it is much work for everybody. */
const FRESH_MINUTES = 10;

export type ArchiveRoutesHost = {
  pool: Db;
  archiving: Archiving;
  /** Asked through the gateway, in the caller's name. */
  api: ServiceClient<typeof publicExport>;
};

/** All that there is about somebody, asked for, made, and fetched. */
export function archiveRoutes(app: ServiceApp, { pool, archiving, api }: ArchiveRoutesHost): void {
  const { ofUser } = callersOf(pool);

  app.post(
    '/users/:id/archives',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND'),
      schema: { params: Id, response: { 200: Archive, 202: Archive } },
    },
    async (request, reply) => {
      const id = ownOrAdmin(request, request.params.id);
      const fresh = await store.findFresh(pool, id, FRESH_MINUTES);
      if (fresh) return await reply.code(200).send(shown(fresh));
      const monolith = await exportOfMonolith(id);
      const begun = await store.begin(pool, id, {
        user: await archiveOf(pool, personalTables.tables, id),
        ...(monolith && { monolith }),
      });
      archiving.wake();
      return await reply.code(202).send(shown(begun));
    },
  );

  app.get(
    '/users/:id/archives/:archiveId',
    {
      ...ofUser('FORBIDDEN', 'NOT_FOUND'),
      schema: {
        params: Type.Object({ ...Id.properties, archiveId: Uuid }),
        response: { 200: Archive },
      },
    },
    async (request, reply) => {
      const id = ownOrAdmin(request, request.params.id);
      const found = await store.find(pool, id, request.params.archiveId);
      if (!found) throw new ApiError('NOT_FOUND');
      reply.header('cache-control', 'no-store');
      return { ...shown(found), ...(found.readyAt && { content: found.parts }) };
    },
  );

  /** What the monolith has of them, in their own name; undefined: there is none. */
  async function exportOfMonolith(id: string): Promise<object | undefined> {
    try {
      return await api.exportUser({ params: { id } });
    } catch (error) {
      if (error instanceof CallError && error.code === 'REFUSED') return undefined;
      throw error;
    }
  }
}

function shown({ id, askedAt, readyAt }: { id: string; askedAt: Date; readyAt: Date | null }) {
  return {
    id,
    state: readyAt ? ('READY' as const) : ('MAKING' as const),
    askedAt,
    readyAt,
  };
}
