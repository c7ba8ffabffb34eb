import type { FastifyRequest } from 'fastify';
import type { Allow } from './allow.ts';

/** Who may use routes that a package makes for any system, and who it is that does: each system says it by its own rules. */
export type Access<UserId> = {
  callerOf(request: FastifyRequest): UserId;
  /** What a route of signed-in users states, with the statuses of its own errors. */
  signedIn(...statuses: number[]): RouteAccess;
  /** And one of administrators. */
  admin(...statuses: number[]): RouteAccess;
};

type RouteAccess = {
  config: { allow: Allow; errors: readonly number[] };
  onRequest(request: FastifyRequest): Promise<void>;
};
