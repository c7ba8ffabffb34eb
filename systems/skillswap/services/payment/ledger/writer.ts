import type { Db } from '@banyan/postgres';
import * as service from '@banyan/service';
import type pg from 'pg';
import { errors } from './errors.ts';
import { inLedger } from './ledger.ts';

/** What is written by this service alone, or by the monolith alone. */
const WRITTEN = { service: 'payment', tables: ['wallets', 'holds', 'transactions'] };

/** Whether credits are this service's to move, for what it does by itself: below 100 % the monolith moves them, and again after a rollback. */
export const isWriter = (pool: Db): Promise<boolean> => service.isWriter(pool, WRITTEN.service);

/** The same until a transaction ends that has done nothing yet: a step back comes after it, or was before it and is seen. */
export async function isWriterUntilEnd(tx: pg.PoolClient): Promise<boolean> {
  return (await service.whyNotWriter(tx, WRITTEN)) === undefined;
}

/** `inLedger` for what nobody has asked for by the gateway, which knows of no step. Throws `NOT_WRITER`. */
export async function inLedgerAsWriter<T>(pool: Db, run: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  return await inLedger(pool, async (tx) => {
    if (!(await isWriterUntilEnd(tx))) throw errors('NOT_WRITER');
    return await run(tx);
  });
}

/** Whoever writes goes on with it. Throws any other error. */
export function unlessNotWriter(error: { code?: string }): undefined {
  if (error.code !== 'NOT_WRITER') throw error;
}
