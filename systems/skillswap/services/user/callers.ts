import type { Db } from '@banyan/postgres';
import { principalOf, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../api/errors.ts';
import { ApiError, statusesOf } from '../../kit/problems.ts';
import { type Caller, findCaller } from './store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever makes the request, as they are now. */
    caller: Caller | null;
  }
}

/** Options of routes for users who are logged in (`ofUser`) and of those for administrators, with the errors that each may answer by itself. */
export function callersOf(pool: Db) {
  const identify = async (request: FastifyRequest) => {
    request.caller = await activeCaller(pool, principalOf(request).subject);
  };
  const ofUser = (...errors: ErrorCode[]) => ({
    config: { allow: [signedIn], errors: statusesOf('NOT_AUTHENTICATED', 'ACCOUNT_INACTIVE', ...errors) },
    onRequest: [identify],
  });
  const ofAdmin = (...errors: ErrorCode[]) => ({
    ...ofUser('FORBIDDEN', ...errors),
    onRequest: [identify, demandAdmin],
  });
  return { ofUser, ofAdmin };
}

export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new ApiError('NOT_AUTHENTICATED');
  return request.caller;
}

/** The one whom a route is about, if that is whoever asks, or an administrator does. Throws `FORBIDDEN`. */
export function ownOrAdmin(request: FastifyRequest, userId: string): string {
  const { id, role } = callerOf(request);
  if (id !== userId && role !== 'ADMIN') throw new ApiError('FORBIDDEN');
  return userId;
}

async function activeCaller(pool: Db, subject: string): Promise<Caller> {
  const caller = UUID.test(subject) ? await findCaller(pool, subject) : undefined;
  if (!caller) throw new ApiError('NOT_AUTHENTICATED');
  if (caller.status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
  return caller;
}

async function demandAdmin(request: FastifyRequest): Promise<void> {
  if (callerOf(request).role !== 'ADMIN') throw new ApiError('FORBIDDEN');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
