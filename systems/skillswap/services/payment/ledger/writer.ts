import type { Db } from '@banyan/postgres';
import * as service from '@banyan/service';

/** What is written by this service alone, or by the monolith alone. */
const WRITTEN = { service: 'payment', tables: ['wallets', 'holds', 'transactions'] };

/** Whether credits are this service's to move, for what it does by itself: below 100 % the monolith moves them, and again after a rollback. */
export const isWriter = (pool: Db): Promise<boolean> => service.isWriter(pool, WRITTEN);
