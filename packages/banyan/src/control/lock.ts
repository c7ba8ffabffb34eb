import pg from 'pg';

/** Key of the advisory lock that makes the controller one of a kind per control database. */
export const CONTROLLER_LOCK = 0x62616e79; // 'bany'

/**
 * Waits for the lock of a predecessor whose session is not gone yet. Released by ending the connection. Its application name
 * says to others whose it is.
 */
export async function holdControllerLock(url: string): Promise<pg.Client> {
  const owner = process.env.BANYAN_SUPERVISOR;
  const client = new pg.Client({
    connectionString: url,
    application_name: ['banyan-controller-lock', owner].filter(Boolean).join(' '),
  });
  client.on('error', () => process.exit(1)); // without the lock another controller may act: this one must not
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1)', [CONTROLLER_LOCK]);
  return client;
}
