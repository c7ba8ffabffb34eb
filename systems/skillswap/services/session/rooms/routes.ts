import type { Db } from '@banyan/postgres';
import { mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { Recording, RoomPass } from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { SessionState } from '../../../kit/sessions/transitions.ts';
import { findSession } from '../sessions/store.ts';
import { openUntil } from './decide.ts';
import { keepRecordings, keepRoom, recordingsOf } from './store.ts';
import { RoomsUnavailable, type VideoRooms } from './video.ts';

type Host = { pool: Db; rooms: VideoRooms | undefined; ofUser: OfUser; clock: () => number };

/** Where people meet for a session, and what was recorded of it. */
export function roomRoutes(app: ServiceApp, { pool, rooms, ofUser, clock }: Host): void {
  app.post(
    '/sessions/:id/room',
    {
      ...ofUser('SESSION_NOT_FOUND', 'ROOM_CLOSED', 'ROOM_UNAVAILABLE'),
      schema: { params: Id, response: { 200: RoomPass } },
    },
    async (request) => {
      const identity = callerOf(request);
      const { id: room, state, ...times } = await findSession(pool, request.params.id, identity);
      const [startsAt, endsAt] = [times.startsAt.getTime(), times.endsAt.getTime()];
      const until = openUntil({ state: state as SessionState, startsAt, endsAt }, clock());
      if (until === null) throw new ApiError('ROOM_CLOSED');
      if (!rooms) throw new ApiError('ROOM_UNAVAILABLE');
      const expiresAt = new Date(until);
      await keepRoom(pool, room, expiresAt);
      await rooms.open(room).catch(unavailable);
      return { url: rooms.url, token: await rooms.pass({ room, identity, until: expiresAt }), expiresAt };
    },
  );

  app.get(
    '/sessions/:id/recordings',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: { 200: Type.Array(Recording) } } },
    async (request) => {
      const { id } = await findSession(pool, request.params.id, callerOf(request));
      return await recordingsOf(pool, id);
    },
  );

  if (rooms) app.register(async (scope: ServiceApp) => messageRoute(scope, { pool, rooms }));
}

const MOST_BYTES = 512 * 1024;

/** What the service of rooms tells: taken if it has signed it. */
function messageRoute(scope: ServiceApp, { pool, rooms }: { pool: Db; rooms: VideoRooms }): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  scope.post(
    '/sessions/rooms/messages',
    {
      config: { allow: 'everybody', errors: [401] },
      schema: { body: mediaOf('*/*'), response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const message = await rooms.message(body, request.headers.authorization);
      if (!message) throw new ApiError('NOT_AUTHENTICATED');
      await keepRecordings(pool, message.room, message.recordings);
      return await reply.code(204).send(null);
    },
  );
}

function unavailable(cause: unknown): never {
  throw cause instanceof RoomsUnavailable ? new ApiError('ROOM_UNAVAILABLE', { cause }) : cause;
}
