import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import { erasePerson, linksBringRows, type ServiceApp, type Signatures } from '@banyan/service';
import { Type } from 'typebox';
import { API, Done, Id } from '../../../api/common.ts';
import { ErasureState } from '../../../api/users.ts';
import { type Keeper, nameOf } from '../../../contracts/personal-data.ts';
import type { contracts } from '../../../contracts/user.ts';
import { ApiError, statusesOf } from '../../../kit/problems.ts';
import { callersOf, ownOrAdmin } from '../callers.ts';
import type { Keepers } from '../keepers.ts';
import { personalTables } from '../personal-data.ts';
import { lockUser } from '../store.ts';
import { sha256Of } from './proof.ts';
import * as store from './store.ts';

export type ErasureRoutesHost = {
  pool: Db;
  events: Pick<Events<typeof contracts>, 'publish'>;
  keepers: Keepers;
  there: readonly Keeper[];
  signatures: Signatures;
  erasing: { wake(): void };
};

/** That somebody goes, and the proof that they are gone. */
export function erasureRoutes(app: ServiceApp, host: ErasureRoutesHost): void {
  const { pool, events, keepers, there, signatures, erasing } = host;
  const { ofUser } = callersOf(pool);
  const keyOf = (id: string) => signatures.sign(linked(id));

  app.delete(
    '/users/:id',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'ACCOUNT_IN_USE'),
      schema: { params: Id, response: { 204: Done } },
    },
    async (request, reply) => {
      const id = ownOrAdmin(request, request.params.id);
      // While the monolith has something, it is asked: what it erases comes by links, and is gone on with from there.
      if (await linksBringRows(pool)) throw new ApiError('NOT_FOUND');
      const params = { person: id };
      const uses = await Promise.all(
        there.map((keeper) => keepers[nameOf(keeper, 'isPersonInUse')]({ params })),
      );
      await withTransaction(pool, async (tx) => {
        if (!(await lockUser(tx, id))) throw new ApiError('USER_NOT_FOUND');
        if (uses.some(({ inUse }) => inUse)) throw new ApiError('ACCOUNT_IN_USE');
        // Their logins are over with it; what others have of them follows.
        await erasePerson(tx, personalTables, id);
        await store.ask(tx, id);
        await events.publish(tx, 'UserDeleted', { userId: id });
      });
      erasing.wake();
      return await reply.code(204).send(null);
    },
  );

  const state = async (id: string): Promise<ErasureState> => {
    const found = await store.findProof(pool, id);
    const link = `${API}/users/${id}/erasure/${keyOf(id)}`;
    if (!found) return { state: (await store.findAsked(pool, id)) ? 'ERASING' : 'NONE', link };
    const { proof, signature } = found;
    return { state: 'ERASED', link, proof, sha256: sha256Of(proof), signature };
  };

  app.get(
    '/users/:id/erasure',
    { ...ofUser('FORBIDDEN'), schema: { params: Id, response: { 200: ErasureState } } },
    async (request) => await state(ownOrAdmin(request, request.params.id)),
  );

  // For whoever has kept the link: they cannot log in any more.
  app.get(
    '/users/:id/erasure/:key',
    {
      config: { allow: 'everybody', errors: statusesOf('NOT_FOUND') },
      schema: {
        params: Type.Object({ ...Id.properties, key: Type.String({ maxLength: 100 }) }),
        response: { 200: ErasureState },
      },
    },
    async ({ params: { id, key } }) => {
      if (!signatures.isOurs(linked(id), key)) throw new ApiError('NOT_FOUND');
      return await state(id);
    },
  );
}

/** What a link is signed for: no proof reads like it. */
function linked(id: string): string {
  return `link:${id.toLowerCase()}`;
}
