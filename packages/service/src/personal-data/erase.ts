import type { Queryable } from '@banyan/postgres';
import { hasLinks } from '../share/links.ts';
import type { Erasure } from './operations.ts';
import { eraseTables, keptOf, type PersonalTables } from './tables.ts';

/**
 * Erases somebody, as often as it is asked for: what is erased adds up over all times. One at a time for each person. The service has the part
 * `personalData`.
 */
export async function erasePerson(tx: Queryable, stated: PersonalTables, person: string): Promise<Erasure> {
  const { rows } = await tx.query<{ erased: Record<string, number> }>(
    `INSERT INTO banyan_service.erasures (person) VALUES ($1) ON CONFLICT (person) DO UPDATE SET last_at = now() RETURNING erased`,
    [person],
  );
  const isBrought = await hasLinks(tx);
  const { erased: now, awaited } = await eraseTables(tx, stated, { person, isBrought });
  const erased = sum(rows[0]!.erased, now);
  await tx.query('UPDATE banyan_service.erasures SET erased = $2 WHERE person = $1', [person, erased]);
  return { erased, kept: await keptOf(tx, stated.tables, person), awaited: present(awaited) };
}

function sum(before: Record<string, number>, now: Record<string, number>): Record<string, number> {
  const all = { ...before };
  for (const [table, rows] of Object.entries(now)) all[table] = (all[table] ?? 0) + rows;
  return all;
}

function present(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, rows]) => rows > 0));
}
