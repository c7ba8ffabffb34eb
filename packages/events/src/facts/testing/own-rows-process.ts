import { defineService } from '@banyan/service';
import { eventing } from '../../eventing.ts';
import { contracts, rows, schema } from './todos.ts';

/** A process that tells who asks which todos there are, to be killed. Its arguments: its database, and that of the bus. */
const [DATABASE_URL, BUS_URL] = process.argv.slice(2) as [string, string];
process.on('disconnect', () => process.exit());
const todos = defineService({
  name: 'todos',
  schema,
  use: { events: eventing(contracts, { ownRows: rows }) },
  routes: () => {},
});
await todos.start({ LOG_LEVEL: 'silent', PORT: '0', BUS_URL, DATABASE_URL });
