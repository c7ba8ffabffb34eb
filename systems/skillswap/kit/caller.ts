import { principalOf } from '@banyan/service';
import type { FastifyRequest } from 'fastify';

/** The user whose token the request has. */
export function callerOf(request: FastifyRequest): string {
  return principalOf(request).subject;
}
