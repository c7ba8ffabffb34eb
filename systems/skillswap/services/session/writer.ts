import type { Db } from '@banyan/postgres';
import * as service from '@banyan/service';

const WRITTEN = { service: 'session', tables: ['sessions', 'settlements'] };

/** Whether sessions are this service's to move by itself: below 100 % the monolith does what its clock says. */
export const isWriter = (pool: Db): Promise<boolean> => service.isWriter(pool, WRITTEN);
