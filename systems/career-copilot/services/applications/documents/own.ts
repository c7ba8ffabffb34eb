import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { errors as applicationErrors } from '../decide.ts';
import { findApplication } from '../store.ts';
import { errors } from './errors.ts';
import * as store from './store.ts';

type OfApplication = FastifyRequest<{ Params: { id: number } }>;
type OfDocument = FastifyRequest<{ Params: { id: number; documentId: number } }>;

/** Whose application a request is about. */
export function mineOf(request: OfApplication): { userId: number; applicationId: number } {
  return { userId: callerOf(request), applicationId: request.params.id };
}

/** What routes on documents ask before anything else: that the application is the caller's, and the document the application's. */
export function ownDocuments(pool: pg.Pool) {
  const { config, onRequest } = activeUser(pool)('APPLICATION_NOT_FOUND');
  const demand = async (request: OfApplication): Promise<void> => {
    if (!(await findApplication(pool, callerOf(request), request.params.id)))
      throw applicationErrors('APPLICATION_NOT_FOUND');
  };
  return {
    /** Of a route of an active user that may also answer by these statuses. */
    allowing: (...statuses: number[]) => ({
      onRequest,
      config: { ...config, errors: [...config.errors, ...statuses] },
    }),
    demand,
    find: async (request: OfDocument) => {
      await demand(request);
      const found = await store.findDocument(pool, request.params.id, request.params.documentId);
      if (!found) throw errors('DOCUMENT_NOT_FOUND');
      return found;
    },
  };
}
