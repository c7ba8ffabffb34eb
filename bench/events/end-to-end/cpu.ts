import { readFileSync } from 'node:fs';
import type pg from 'pg';

/** Milliseconds of processor time so far, by part: Node processes by their name, backends by what they do. */
export async function cpuByPart(
  pool: pg.Pool,
  processes: Readonly<Record<string, number>>,
): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ pid: number; part: string }>(`
    SELECT pid, CASE WHEN backend_type = 'client backend' THEN 'PostgreSQL, ' || datname
                     WHEN backend_type = 'walsender' THEN 'PostgreSQL, walsenders'
                     ELSE 'PostgreSQL, ' || backend_type END AS part
    FROM pg_stat_activity WHERE pid <> pg_backend_pid()`);
  const parts = new Map<string, number>();
  for (const [part, pid] of Object.entries(processes)) parts.set(part, cpuOf(pid));
  for (const { pid, part } of rows) parts.set(part, (parts.get(part) ?? 0) + cpuOf(pid));
  return parts;
}

/** User and system time. 0 if it is gone. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
