import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import type { LinkConfig } from '../link/link-config.ts';
import { copy, table } from '../mapping/mapping.ts';

/** One database that several links read, and what each of them writes. */
export type SharedSource = {
  system: string;
  legacy: pg.Pool;
  services: pg.Pool[];
  configs: LinkConfig[];
  /** Names of the slots in the source's database, sorted. */
  slots(): Promise<string[]>;
  close(): Promise<void>;
};

let sources = 0;

/** So many tables `ledger0`, `ledger1` … with a link each. Every update counts on the target: one too many would show. */
export async function sharedSource(links: number): Promise<SharedSource> {
  const server = await testServer();
  const url = await server.database('legacy');
  const legacy = createPool(url, { max: 4 });
  const system = `shared-${++sources}`;
  const services: pg.Pool[] = [];
  const configs: LinkConfig[] = [];
  for (let index = 0; index < links; index++) {
    const ledger = `ledger${index}`;
    const define = `CREATE TABLE ${ledger} (id bigint PRIMARY KEY, n bigint NOT NULL, note text)`;
    const target = await server.database(`service${index}`);
    const service = createPool(target, { max: 2 });
    await legacy.query(define);
    await service.query(`${define}; CREATE TABLE applied (id bigint, n bigint);
      CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO applied VALUES (NEW.id, NEW.n); RETURN NULL; END $$;
      CREATE TRIGGER count_up AFTER UPDATE ON ${ledger} FOR EACH ROW EXECUTE FUNCTION count_up();
      ALTER TABLE ${ledger} ENABLE ALWAYS TRIGGER count_up`);
    services.push(service);
    configs.push({
      service: `shared${sources}x${index}`,
      direction: 'forward',
      source: url,
      target,
      tables: [table({ legacy: ledger, columns: [copy('id', 'n', 'note')] })],
    });
  }
  return {
    system,
    legacy,
    services,
    configs,
    async slots() {
      const { rows } = await legacy.query(
        'SELECT slot_name FROM pg_replication_slots WHERE database = current_database() ORDER BY 1',
      );
      return rows.map(({ slot_name }) => slot_name);
    },
    async close() {
      await Promise.all([legacy, ...services].map((pool) => pool.end()));
    },
  };
}
