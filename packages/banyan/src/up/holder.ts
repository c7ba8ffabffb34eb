import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import { isAlive } from '@banyan/postgres/process';
import { CONTROLLER_LOCK } from '../control/lock.ts';
import { StartError } from './start-error.ts';

/** How long the session of a controller whose `banyan up` was killed may take to be gone, ms. */
const DYING_MS = 10_000;
const LOOK_MS = 100;
/** How long the control database may take to let us in, ms. */
const ANSWER_MS = 10_000;

/**
 * Makes sure that no other `banyan up`, from whatever folder or machine, works on this control database: its lock lets only
 * one controller act, and the second would wait without a word.
 *
 * @throws StartError that says who holds it
 */
export async function checkNobodyElse(controlDatabase: string): Promise<void> {
  const pool = createPool(controlDatabase, { max: 1, applicationName: 'banyan-up' });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  try {
    const deadline = performance.now() + DYING_MS;
    for (;;) {
      const holder = (await pool.query<Holder>(HOLDER, [CONTROLLER_LOCK]).catch(refuse)).rows[0];
      if (!holder) return;
      if (!isDying(holder) || performance.now() > deadline) throw inUse(holder);
      await pause(LOOK_MS);
    }
  } finally {
    await pool.end();
  }
}

function refuse(cause: Error & { code?: string }): never {
  throw new StartError(
    `the control database does not let us in: ${cause.message || cause.code}`,
    'start it, or correct control.database in the plan; banyan check asks all databases',
    { cause },
  );
}

type Holder = { backend: number; application: string; address: string | null; since: string | null };

/** A bigint key of pg_locks: its high half is classid, its low half objid. */
const HOLDER = `
  SELECT a.pid AS backend, a.application_name AS application, host(a.client_addr) AS address,
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') AS since
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = 0 AND l.objid = $1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** The application name says whose controller it is: `banyan-controller-lock <pid>@<host>`. */
function ownerOf({ application }: Holder): { pid: number; host: string } | null {
  const [, pid, host] = /(\d+)@(\S+)$/.exec(application) ?? [];
  return pid && host ? { pid: Number(pid), host } : null;
}

function isDying(holder: Holder): boolean {
  const owner = ownerOf(holder);
  // PostgreSQL cuts long names.
  return owner !== null && hostname().startsWith(owner.host) && !isAlive(owner.pid);
}

function inUse(holder: Holder): StartError {
  const owner = ownerOf(holder);
  const who = owner
    ? `process ${owner.pid} on ${owner.host}`
    : `a process at ${holder.address ?? 'this machine'}`;
  return new StartError(
    `another banyan up works on this control database: ${who}, since ${holder.since ?? 'some time'} (backend ${holder.backend})`,
    'stop that one, or give this plan a control database of its own (control.database)',
  );
}
