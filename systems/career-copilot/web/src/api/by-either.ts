import { ApiError } from './errors.ts';

/**
 * Writes by a route that only a service has; where nobody has it any more, by the legacy one, which both sides have: its users may have gone back to
 * the monolith since the page has heard of it. The first request has done nothing then. Rejects with what the last one of them says.
 */
export async function byEither<OfService, Legacy>(
  ofService: () => Promise<OfService>,
  legacy: () => Promise<Legacy>,
): Promise<OfService | Legacy> {
  try {
    return await ofService();
  } catch (reason) {
    if (reason instanceof ApiError && reason.code === 'NO_SUCH_ROUTE') return await legacy();
    throw reason;
  }
}
