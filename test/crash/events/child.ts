/** The process that is killed: relays, or consumes, until then. */
import { applyOutboxSchema, openPostgresBus, startRelay } from '@banyan/events';
import { createPool } from '@banyan/postgres';
import type { Urls } from './killed.ts';
import { GROUP, haveEffect, TYPE } from './world.ts';

const [role, text] = process.argv.slice(2);
const urls = JSON.parse(text!) as Urls;
const bus = await openPostgresBus({ url: urls.bus });
if (role === 'relay') {
  const pool = createPool(urls.service, { max: 4 });
  await applyOutboxSchema(pool);
  startRelay({ databaseUrl: urls.service, pool, bus, log: { info() {}, warn() {}, error() {} }, saveMs: 20 });
} else {
  const pool = createPool(urls.handler, { max: 8 });
  await bus.subscribe({ group: GROUP, types: [TYPE], handle: (message) => haveEffect(pool, message) });
}
process.send!('up');
// Whoever started it has gone.
process.on('disconnect', () => process.exit());
