import type { Db } from '@banyan/postgres';
import { downloadHeaders, type ServiceApp } from '@banyan/service';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { API, Id } from '../../../api/common.ts';
import { FileLinkQuery, Recording } from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { ApiError, statusesOf } from '../../../kit/problems.ts';
import { findSession } from '../sessions/store.ts';
import type { Recordings } from './part.ts';
import * as store from './store.ts';

/** So long a link is good. */
const LINK_SECONDS = 600;
const VIDEO = 'video/mp4';
const FILE = {
  description: 'The recording, to be saved or played.',
  content: { [VIDEO]: { schema: Type.String({ format: 'binary' }) } },
};

type Host = { pool: Db; recordings: Recordings; ofUser: OfUser; clock: () => number };

/** What was recorded of a session, for the two whose it is. */
export function recordingRoutes(app: ServiceApp, { pool, recordings, ofUser, clock }: Host): void {
  const { files, links } = recordings;

  app.get(
    '/sessions/:id/recordings',
    {
      ...ofUser('SESSION_NOT_FOUND'),
      schema: {
        description: `For both people of the session. Whoever has a link gets the file without a login, for ${LINK_SECONDS / 60} minutes.`,
        params: Id,
        response: { 200: Type.Array(Recording) },
      },
    },
    async (request, reply) => {
      const { id } = await findSession(pool, request.params.id, callerOf(request));
      reply.header('cache-control', 'no-store');
      return (await store.listOf(pool, id)).map(shown);
    },
  );

  app.get(
    '/sessions/recordings/:id/file',
    {
      exposeHeadRoute: false,
      config: { allow: 'everybody', errors: statusesOf('LINK_INVALID', 'NOT_FOUND') },
      schema: {
        description: 'By a signed link.',
        params: Id,
        querystring: FileLinkQuery,
        response: { 200: FILE },
      },
    },
    async (request, reply) => {
      const id = request.params.id.toLowerCase();
      if (!links.isGood(linked(id), request.query, new Date(clock()))) throw new ApiError('LINK_INVALID');
      const found = await store.find(pool, id);
      const body = found && isKept(found) ? await files.get(id) : undefined;
      // Its time has come since the link was made.
      if (!found || !body) throw new ApiError('NOT_FOUND');
      const name = `session-${found.recordedAt.toISOString().slice(0, 10)}.mp4`;
      const headers = downloadHeaders({ name, type: VIDEO, bytes: found.bytes! });
      return await reply.headers(headers).send(body as never);
    },
  );

  function shown(row: store.RecordingRow): Static<typeof Recording> {
    const { id, seconds, bytes, recordedAt, keptUntil } = row;
    return {
      id,
      state: STATES[row.state],
      seconds,
      bytes,
      recordedAt,
      keptUntil,
      link: isKept(row) ? linkTo(id) : null,
    };
  }

  function linkTo(id: string) {
    const expires = Math.floor(clock() / 1_000) + LINK_SECONDS;
    const url = `${API}/sessions/recordings/${id}/file?${links.queryOf(linked(id), expires)}`;
    return { url, expiresAt: new Date(expires * 1_000) };
  }
}

/** What a link is good for. */
const linked = (id: string) => `GET ${id}`;

const isKept = ({ state }: store.RecordingRow) => STATES[state] === 'KEPT';

/** As people are told it. */
const STATES = {
  COMING: 'COMING',
  ARCHIVED: 'KEPT',
  KEPT: 'KEPT',
  TOO_LARGE: 'TOO_LARGE',
  LOST: 'LOST',
  ERASING: 'ERASED',
  ERASED: 'ERASED',
} as const satisfies Record<store.RecordingState, string>;
