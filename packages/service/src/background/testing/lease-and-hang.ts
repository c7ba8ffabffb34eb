/** A process that leases a row of `letters` and does nothing with it: to be killed. Its one argument is the database. */
import { createPool } from '@banyan/postgres';
import { letters } from './letters.ts';

const pool = createPool(process.argv[2]!);
const [row] = await letters.lease(pool, 1);
process.stdout.write(`${JSON.stringify(row)}\n`);
setInterval(() => {}, 60_000);
