import { StartError } from '@banyan/banyan/operate';
import pg from 'pg';

/** Key of the advisory lock that makes a rehearsal one of a kind per control database. Any constant will do. */
const REHEARSAL_LOCK = 0x72656873; // 'rehs'
/** How long the control database may take to let us in, ms. */
const ANSWER_MS = 10_000;

/**
 * Keeps other rehearsals off a control database until what it gives back is called, or this process is gone: each takes what it finds
 * of another for remains.
 *
 * @throws StartError when another one is at work there, or when it does not let us in
 */
export async function holdControlDatabase(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'banyan-rehearse-lock',
    connectionTimeoutMillis: ANSWER_MS,
  });
  client.on('error', () => {}); // gone with its server; whatever comes next there fails by itself
  await client.connect().catch(refuse);
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS held', [REHEARSAL_LOCK]);
  if (rows[0].held) return () => client.end();
  await client.end();
  throw new StartError(
    'another rehearsal works with this control database',
    'wait for its end, or give each a control database of its own (control.database)',
  );
}

function refuse(cause: Error & { code?: string }): never {
  throw new StartError(
    `the control database does not let us in: ${cause.message || cause.code}`,
    'start it, or correct control.database in the plan',
    { cause },
  );
}
