import { StartError } from '@banyan/banyan/operate';
import { databasesOf, isLinked, type LinkedService, type ResolvedPlan } from '@banyan/plan';
import { quoteTable, withPool } from '@banyan/postgres';
import { namesOf } from '@banyan/replication';
import type pg from 'pg';

/** How long a database may take to answer, ms. */
const ANSWER_MS = 10_000;

type Refusal = { where: string; why: string; hint: string };

/**
 * Whatever somebody has said: a database in which `banyan up` has worked, or which holds anything that the rehearsal would have to
 * remove, is not touched. Looks only.
 *
 * @throws StartError that names all such databases
 */
export async function demandUnused(plan: ResolvedPlan): Promise<void> {
  const services = Object.values(plan.services).filter(isLinked);
  const refusals = (
    await Promise.all([
      ...databasesOf(plan).flatMap(([where, url]) => [
        asking(where, url, lookForMark),
        asking(where, url, (db) => lookForLinks(db, services)),
      ]),
      asking('control.database', plan.control.database, lookForRecords),
      ...services.map((service) =>
        asking(`services.${service.name}.database`, service.database, (db) => lookForRows(db, service)),
      ),
    ])
  ).filter((refusal) => refusal !== null);
  if (refusals.length === 0) return;
  throw new StartError(
    refusals.map(({ where, why }) => `${where} ${why}`).join('; '),
    [...new Set(refusals.map(({ hint }) => hint))].join('; '),
    { where: [...new Set(refusals.map(({ where }) => where))].join(', ') },
  );
}

type Found = Omit<Refusal, 'where'> | null;

async function asking(
  where: string,
  url: string,
  look: (db: pg.Pool) => Promise<Found>,
): Promise<Refusal | null> {
  const limits = { statementTimeoutMs: ANSWER_MS, connectTimeoutMs: ANSWER_MS };
  try {
    const found = await withPool(url, { applicationName: 'banyan-rehearse', ...limits }, look);
    return found && { where, ...found };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return {
      where,
      why: `could not be looked into: ${message || code}`,
      hint: 'correct its URL in the plan or the rights of its role; banyan check names what is missing',
    };
  }
}

/** The mark is the record of a database that it is worked on by `banyan up`; a copy has it from the original. */
async function lookForMark(db: pg.Pool): Promise<Found> {
  const there = await db.query(`SELECT to_regclass('banyan.mark') IS NOT NULL AS there`);
  if (!there.rows[0].there) return null;
  const { rows } = await db.query<{ system: string; control: string }>(
    'SELECT system, control FROM banyan.mark',
  );
  if (rows.length === 0) return null;
  return {
    why: `carries the mark of banyan up: the system '${rows[0]!.system}' is migrated there (control database ${rows[0]!.control})`,
    hint: 'rehearse on another database; if it is a copy that has the mark from its original, run there: DROP SCHEMA banyan CASCADE',
  };
}

/** Slots and origins have one name on a whole server: those of another system would be taken for ours, and removed. */
async function lookForLinks(db: pg.Pool, services: readonly LinkedService[]): Promise<Found> {
  const names = services.flatMap(({ name }) =>
    (['forward', 'reverse'] as const).map((direction) => namesOf({ service: name, direction })),
  );
  const { rows } = await db.query<{ name: string }>(
    `SELECT 'slot ' || slot_name AS name FROM pg_replication_slots WHERE slot_name = ANY ($1)
     UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin WHERE roname = ANY ($2)`,
    [names.map(({ slot }) => slot), names.map(({ origin }) => origin)],
  );
  if (rows.length === 0) return null;
  return {
    why: `lies on a server where links of these services are: ${rows.map(({ name }) => name).join(', ')}`,
    hint: 'rehearse on a server of its own: slots and origins have one name on a whole server',
  };
}

async function lookForRecords(db: pg.Pool): Promise<Found> {
  const { rows } = await db.query(`SELECT to_regnamespace('control') IS NOT NULL AS there`);
  if (!rows[0].there) return null;
  return {
    why: 'holds the stages of a system (schema control): banyan up has worked with it',
    hint: 'give the rehearsal a control database of its own, an empty one',
  };
}

/** What the rehearsal copies there it also removes; so there may be nothing before. */
async function lookForRows(db: pg.Pool, { tables }: LinkedService): Promise<Found> {
  const filled: string[] = [];
  for (const { service } of tables) {
    const table = quoteTable(service.schema, service.table);
    // A service may make its tables when it starts.
    const there = await db.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
    if (!there.rows[0].there) continue;
    const { rows } = await db.query(`SELECT EXISTS (SELECT FROM ${table}) AS filled`);
    if (rows[0].filled) filled.push(`${service.schema}.${service.table}`);
  }
  if (filled.length === 0) return null;
  return {
    why: `has rows already: ${filled.join(', ')}`,
    hint: 'give the rehearsal a database of the service that is empty but for its schema',
  };
}
