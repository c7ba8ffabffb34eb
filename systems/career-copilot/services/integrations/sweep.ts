import { deleteSome } from '@banyan/postgres';
import { repeatedWork, type ServicePart } from '@banyan/service';
import type pg from 'pg';

/** What is older than anybody can ask for, by table. */
const OLD = [
  ['webhook_messages', 'id', `created_at < now() - interval '30 days'`],
  ['incoming_receipts', 'id', `received_at < now() - interval '30 days'`],
] as const;

const SWEEP_MS = 3_600_000;

/** Removes once an hour what nobody can ask for any more. */
export const sweeping: ServicePart<undefined> = {
  async start(host) {
    const work = repeatedWork(host, {
      'remove what is old': { everyMs: SWEEP_MS, inOneProcess: true, run: () => sweep(host.pool) },
    });
    return { provided: undefined, ...work };
  },
};

/** Some rows at a time, so that nobody waits for it. */
export async function sweep(pool: pg.Pool): Promise<void> {
  for (const [table, key, where] of OLD) {
    const old = `SELECT ${key} FROM ${table} WHERE ${where}`;
    while (!(await deleteSome(pool, { table, key, old, values: [] })));
  }
}
