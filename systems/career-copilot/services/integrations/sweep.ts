import { deleteSome } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type pg from 'pg';

/** What is older than anybody can ask for, by table. */
const OLD = [
  ['webhook_messages', 'id', `created_at < now() - interval '30 days'`],
  ['incoming_receipts', 'id', `received_at < now() - interval '30 days'`],
  ['oauth_attempts', 'state_hash', 'expires_at < now()'],
] as const;

const SWEEP_MS = 3_600_000;

/** Removes once an hour what nobody can ask for any more. */
export const sweeping: ServicePart<undefined> = {
  async start({ pool, log }) {
    let timer: NodeJS.Timeout | undefined;
    return {
      provided: undefined,
      open: async () => {
        timer = setInterval(() => {
          sweep(pool).catch((err: unknown) => log.warn({ err }, 'could not remove what is old'));
        }, SWEEP_MS);
      },
      close: async () => clearInterval(timer),
    };
  },
};

/** Some rows at a time, so that nobody waits for it. */
export async function sweep(pool: pg.Pool): Promise<void> {
  for (const [table, key, where] of OLD) {
    const old = `SELECT ${key} FROM ${table} WHERE ${where}`;
    while (!(await deleteSome(pool, { table, key, old, values: [] })));
  }
}
