import { askedOwners } from '@banyan/events/facts';
import { isLinked, type ResolvedPlan } from '@banyan/plan';
import type pg from 'pg';
import type { Read } from '../../rollout/rollback-impact.ts';
import { askDatabases } from './ask-databases.ts';
import { referringTables } from './referring-tables.ts';

/** How old what is known may be before it is read again, ms: schemas of running services hardly change. */
const FRESH_MS = 300_000;
/** The same while something is not known. */
const RETRY_MS = 30_000;

/**
 * What the schemas of other databases say of going back. The loop has them read beside itself, so a status never waits for
 * a database that is not the control plane's own.
 */
export class RollbackFacts {
  readonly #plan: ResolvedPlan;
  readonly #onlyOnService = new Map<string, Read>();
  readonly #referring = new Map<string, Read>();
  /** Whose rows each service has asked for. */
  readonly #asked = new Map<string, string[]>();
  #nextAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();

  constructor(plan: ResolvedPlan) {
    this.#plan = plan;
  }

  /** Columns of a service's tables that no mapping takes back to the monolith, as `table.column`; null: not read yet. */
  onlyOnService(service: string): Read | null {
    return this.#onlyOnService.get(service) ?? null;
  }

  /** What of the monolith needs rows of a service's; null: not read yet. */
  referring(service: string): Read | null {
    return this.#referring.get(service) ?? null;
  }

  /** Services that are made of what this one tells, also of what the monolith does; as it was read last. */
  hearersOf(service: string): string[] {
    const { facts } = this.#plan.services[service]!;
    if (facts === null) return [];
    return [...this.#asked].filter(([, owners]) => owners.includes(service)).map(([hearer]) => hearer);
  }

  /** Reads that anew. Never rejects. */
  async lookWhoHears(): Promise<void> {
    const services = Object.values(this.#plan.services);
    const urls = services.flatMap(({ database }) => database ?? []);
    const answers = await askDatabases([...new Set(urls)], NAME, askedOwners);
    for (const { name, database } of services) {
      const found = answers.get(database ?? '');
      if (found && 'answer' in found) this.#asked.set(name, found.answer);
    }
  }

  /** Reads again what is old. Resolves when that is over, and never rejects. */
  look(now: Date): Promise<void> {
    if (now.getTime() >= this.#nextAt || now.getTime() < this.#nextAt - FRESH_MS) {
      this.#nextAt = now.getTime() + RETRY_MS;
      this.#looking = this.#looking.then(() => this.#read(now));
    }
    return this.#looking;
  }

  async #read(now: Date): Promise<void> {
    await this.lookWhoHears();
    const services = Object.values(this.#plan.services).filter(isLinked);
    const own = [...new Set(services.map(({ database }) => database))];
    const columns = await askDatabases(own, NAME, (db, url) =>
      columnsOf(
        db,
        services.filter(({ database }) => database === url).flatMap(({ tables }) => tables),
      ),
    );
    const monolith = this.#plan.monolith.database;
    const mapped = services.flatMap(({ tables }) => tables);
    const referring = await askDatabases([monolith], NAME, async (db) =>
      Promise.all(
        services.map(async ({ name, tables }) => [name, await referringTables(db, tables, mapped)] as const),
      ),
    );
    for (const { name, database, tables } of services) {
      const found = columns.get(database)!;
      keep(this.#onlyOnService, name, 'answer' in found ? staysThere(tables, found.answer) : null, now);
      const refers = referring.get(monolith)!;
      const names = 'answer' in refers ? refers.answer.find(([of]) => of === name)![1] : null;
      keep(this.#referring, name, names, now);
    }
    const all = [...columns.values(), ...referring.values()];
    if (all.every((one) => 'answer' in one)) this.#nextAt = now.getTime() + FRESH_MS;
  }
}

const NAME = 'banyan-controller-schemas';

type Tables = ResolvedPlan['services'][string]['tables'];
type Columns = { schema: string; table: string; columns: string[] }[];

async function columnsOf(db: pg.Pool, tables: Tables): Promise<Columns> {
  const { rows } = await db.query(COLUMNS, [
    tables.map(({ service }) => service.schema),
    tables.map(({ service }) => service.table),
  ]);
  return rows;
}

const COLUMNS = `
  SELECT n.nspname AS schema, c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))
   GROUP BY 1, 2`;

function staysThere(tables: Tables, all: Columns): string[] {
  return tables.flatMap(({ service: { schema, table }, columns }) => {
    const goesBack = new Set(columns.flatMap(({ serviceColumns }) => serviceColumns));
    const has = all.find((one) => one.schema === schema && one.table === table)?.columns ?? [];
    return has.filter((column) => !goesBack.has(column)).map((column) => `${table}.${column}`);
  });
}

function keep(all: Map<string, Read>, service: string, names: string[] | null, at: Date): void {
  const known = all.get(service);
  if (names !== null) all.set(service, { names, at, stale: false });
  else if (known) all.set(service, { ...known, stale: true });
}
