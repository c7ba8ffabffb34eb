/** The process that is killed: relays, or consumes, until then. */
import { applyOutboxSchema, openPostgresBus, startRelay } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import type { Urls } from './killed.ts';
import { startConsumer } from './world.ts';

const [role, text] = process.argv.slice(2);
const urls = JSON.parse(text!) as Urls;
if (role === 'relay') {
  const bus = await openPostgresBus({ url: urls.bus });
  const pool = createPool(urls.service, { max: 4 });
  await applyOutboxSchema(pool);
  startRelay({ databaseUrl: urls.service, pool, bus, log: { info() {}, warn() {}, error() {} }, saveMs: 20 });
} else {
  await startConsumer(urls.bus, createPool(urls.handler, { max: 8 }));
}
process.send!('up');
// Whoever started it has gone.
process.on('disconnect', () => process.exit());
