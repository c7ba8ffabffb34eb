import type { PlanService } from '../types.ts';

/**
 * Declares a service that is taken out of the monolith, for a file of its own: the plan puts it under `services`.
 *
 * @example export default extract({ url: env('AUTH_URL'), database: env('AUTH_DATABASE_URL'), tables: [...], routes: [...] })
 */
export function extract(service: PlanService): PlanService {
  return service;
}
