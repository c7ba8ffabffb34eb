import type { Db } from '@banyan/postgres';
import { mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { RoomPass } from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { SessionState } from '../../../kit/sessions/transitions.ts';
import type { Recordings } from '../recordings/part.ts';
import { noteRecordings } from '../recordings/store.ts';
import { findSession } from '../sessions/store.ts';
import { openUntil } from './decide.ts';
import { keepRoom } from './store.ts';
import { RoomsUnavailable, type VideoRooms } from './video.ts';

type Host = {
  pool: Db;
  rooms: VideoRooms | undefined;
  recordings: Recordings;
  ofUser: OfUser;
  clock: () => number;
};

/** Where people meet for a session. */
export function roomRoutes(app: ServiceApp, { pool, rooms, recordings, ofUser, clock }: Host): void {
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
      const token = await rooms.pass({ room, identity, until: expiresAt });
      return { url: rooms.url, token, expiresAt, isRecorded: rooms.isRecording };
    },
  );

  if (rooms) app.register(async (scope: ServiceApp) => messageRoute(scope, { pool, rooms, recordings }));
}

const MOST_BYTES = 512 * 1024;

/** What the service of rooms tells: taken if it has signed it. */
function messageRoute(
  scope: ServiceApp,
  { pool, rooms, recordings }: Pick<Host, 'pool' | 'recordings'> & { rooms: VideoRooms },
): void {
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
      const { room, recordings: made } = message;
      if (await noteRecordings(pool, room, made, recordings.keptDays)) recordings.wake();
      return await reply.code(204).send(null);
    },
  );
}

function unavailable(cause: unknown): never {
  throw cause instanceof RoomsUnavailable ? new ApiError('ROOM_UNAVAILABLE', { cause }) : cause;
}
