import { createPool, dropSlot } from '@banyan/postgres';
import { slotName } from '../outbox/relay/position.ts';

/** Closes a service with events and drops its relay's slot, which would keep the test server's WAL for ever. */
export async function closeService(service: { close(): Promise<void> }, databaseUrl: string): Promise<void> {
  await service.close();
  const pool = createPool(databaseUrl, { max: 1 });
  await dropSlot(pool, await slotName(pool), { force: true });
  await pool.end();
}
