/** A relay in a process of its own, which can be frozen. */
import { createPool } from '@banyan/postgres';
import { openPostgresBus } from '../../../bus/postgres/postgres.ts';
import { startRelay } from '../relay.ts';

const [databaseUrl, busUrl, leaseMs] = process.argv.slice(2) as [string, string, string];
const pool = createPool(databaseUrl, { max: 3 });
const bus = await openPostgresBus({ url: busUrl });
const log = { info() {}, warn() {}, error() {} };
const relay = startRelay({ databaseUrl, pool, bus, log, saveMs: 5, leaseMs: Number(leaseMs) });
process.on('disconnect', async () => {
  await relay.close();
  await bus.close();
  await pool.end();
});
