import { principalOf } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import { ApiError } from './problems.ts';

/** The user whose token the request has. */
export function callerOf(request: FastifyRequest): string {
  return principalOf(request).subject;
}

/** The one whom a route is about, if that is whoever asks, or an administrator does. Throws `FORBIDDEN`. */
export function ownOrAdmin(request: FastifyRequest, userId: string): string {
  const { subject, role } = principalOf(request);
  if (subject !== userId && role !== 'ADMIN') throw new ApiError('FORBIDDEN');
  return userId;
}
