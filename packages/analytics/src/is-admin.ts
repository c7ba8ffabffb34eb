import { type Access, principalOf } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type { UserId } from './system.ts';

/** Whether whoever asks might use a route of administrators, by what the system says of these. */
export function isAdmin(access: Access<UserId>, request: FastifyRequest): boolean {
  const { allow } = access.admin().config;
  return allow === 'everybody' || allow.some((predicate) => predicate(principalOf(request), request));
}
