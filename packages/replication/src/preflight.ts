import { quoteTable, slotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { describeTable, type Table } from './catalog.ts';
import { ReplicationError } from './errors.ts';
import { error, type Finding, warning } from './finding.ts';
import type { LinkConfig, LinkNames } from './link-config.ts';
import { readRecord, sidesOf, typesKnownTo, writtenTables } from './link-record.ts';
import { nameOf, type TableMapping } from './mapping.ts';
import { checkOwnerKeys } from './owner-keys.ts';
import { checkSequences } from './sequences.ts';
import { planTable } from './table-plan.ts';

/** Looks for whatever would make the link fail later, or harm the source. Changes nothing. */
export async function preflightLink(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
): Promise<Finding[]> {
  const findings: Finding[] = [
    ...(await checkServer(source, 'source')),
    ...(await checkServer(target, 'target')),
    ...(await checkReplication(source, names)),
    ...(await checkApplying(target, names)),
  ];
  for (const mapping of config.tables)
    findings.push(...(await checkMapping(mapping, config, source, target)));
  if (config.direction === 'forward') {
    findings.push(...(await checkLeftovers(config, names, source, target)));
    findings.push(...(await checkIds(config, source, target)));
    for (const mapping of config.tables) findings.push(...(await checkOwnerKeys(mapping, source, target)));
  }
  return findings;
}

const OLDEST = 140_000;

async function checkServer(db: pg.Pool, end: string): Promise<Finding[]> {
  const { rows } = await db.query(`SELECT current_setting('server_version_num')::int AS version`);
  if (rows[0].version >= OLDEST) return [];
  return [error('version', `The ${end} is PostgreSQL ${rows[0].version}.`, 'Use PostgreSQL 14 or later.')];
}

async function checkReplication(source: pg.Pool, names: LinkNames): Promise<Finding[]> {
  const { rows } = await source.query(
    `SELECT current_setting('wal_level') AS wal_level,
       current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int AS slots,
       current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS senders,
       EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1) AS ours,
       (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user) AS may_replicate,
       has_database_privilege(current_database(), 'CREATE') AS may_create`,
    [names.slot],
  );
  const found = rows[0];
  const findings: Finding[] = [];
  if (found.wal_level !== 'logical')
    findings.push(
      error(
        'wal_level',
        `wal_level of the source is ${found.wal_level}.`,
        'Set wal_level = logical and restart the server.',
      ),
    );
  if (!found.ours && found.slots < 1)
    findings.push(
      error(
        'no_free_slot',
        'The source has no free replication slot.',
        'Raise max_replication_slots or drop unused slots.',
      ),
    );
  if (!found.ours && found.senders < 1)
    findings.push(error('no_free_sender', 'The source has no free WAL sender.', 'Raise max_wal_senders.'));
  if (!found.may_replicate)
    findings.push(
      error(
        'no_replication_privilege',
        'The role may not replicate from the source.',
        'ALTER ROLE … REPLICATION.',
      ),
    );
  if (!found.may_create)
    findings.push(
      error(
        'no_create_privilege',
        'The role may not create a publication on the source.',
        'GRANT CREATE ON DATABASE … and make it an owner of the mapped tables.',
      ),
    );
  const slot = await slotStatus(source, names.slot);
  if (slot?.walStatus === 'lost')
    findings.push(error('slot_lost', `Slot ${names.slot} has lost WAL.`, 'Drop the link and copy again.'));
  return findings;
}

async function checkApplying(target: pg.Pool, names: LinkNames): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { rows } = await target.query(
    `SELECT has_function_privilege('pg_replication_origin_session_setup(text)', 'EXECUTE')
        AND has_function_privilege('pg_replication_origin_xact_setup(pg_lsn, timestamptz)', 'EXECUTE')
        AND has_function_privilege('pg_replication_origin_create(text)', 'EXECUTE')
        AND has_function_privilege('pg_replication_origin_drop(text)', 'EXECUTE')
        AND has_function_privilege('pg_replication_origin_session_progress(boolean)', 'EXECUTE') AS origins,
       coalesce(current_setting('max_active_replication_origins', true), current_setting('max_replication_slots'))::int
         - (SELECT count(*) FROM pg_replication_origin WHERE roname <> $1)::int AS free,
       to_regnamespace('banyan') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE') AS may_create`,
    [names.origin],
  );
  const found = rows[0];
  if (!found.origins)
    findings.push(
      error(
        'no_origin_privilege',
        'The role may not use replication origins on the target.',
        'GRANT EXECUTE ON FUNCTION pg_replication_origin_* to it, or use a superuser.',
      ),
    );
  if (found.free < 1)
    findings.push(
      error(
        'no_free_origin',
        'The target has no free replication origin.',
        'Raise max_active_replication_origins (before PostgreSQL 18: max_replication_slots).',
      ),
    );
  if (!found.may_create)
    findings.push(
      error(
        'no_schema_privilege',
        'The role may not create the schema banyan on the target.',
        'GRANT CREATE ON DATABASE ….',
      ),
    );
  const client = await target.connect();
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
  } catch {
    findings.push(
      error(
        'no_replica_role',
        'The role may not set session_replication_role on the target, so triggers and foreign keys would fire.',
        'GRANT SET ON PARAMETER session_replication_role (PostgreSQL 15 and later), or use a superuser.',
      ),
    );
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
  return findings;
}

async function checkMapping(
  mapping: TableMapping,
  config: LinkConfig,
  source: pg.Pool,
  target: pg.Pool,
): Promise<Finding[]> {
  const sides = sidesOf(mapping, config.direction);
  const from = await describeTable(source, sides.source);
  const to = await describeTable(target, sides.target);
  const findings: Finding[] = [];
  const missing = (end: string, side: { schema: string; table: string }) =>
    error(
      'no_table',
      `The ${end} has no table ${nameOf(side)}.`,
      'Create it or correct the mapping.',
      nameOf(side),
    );
  if (!from) findings.push(missing('source', sides.source));
  if (!to) findings.push(missing('target', sides.target));
  if (!from || !to) return findings;
  findings.push(...checkKeys(from, sides.source, to, sides.target));
  try {
    const plan = planTable(mapping, config.direction, from, to, await typesKnownTo(target, from));
    const written = new Set(plan.inserts.map((output) => output.column));
    if (plan.inserts.length > 0)
      for (const column of to.columns.values())
        if (
          column.notNull &&
          !column.hasDefault &&
          !column.identity &&
          !column.generated &&
          !written.has(column.name)
        )
          findings.push(
            error(
              'target_not_null',
              `Column ${column.name} of ${nameOf(sides.target)} is NOT NULL, has no default, and the mapping does not fill it.`,
              'Map it, for example with constant(), or give it a default.',
              nameOf(sides.target),
            ),
          );
    for (const output of plan.updates) {
      const long = output.inputs.filter((input) => from.columns.get(input)!.toastable);
      if (output.inputs.length > 1 && long.length > 0 && from.replicaIdentity !== 'f')
        findings.push(
          warning(
            'partial_toast',
            `Column ${output.column} is computed from several columns; if one of them is long (about 2 kB) and unchanged, the stream does not carry it.`,
            `ALTER TABLE ${nameOf(sides.source)} REPLICA IDENTITY FULL, if such values exist.`,
            nameOf(sides.source),
          ),
        );
    }
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    findings.push(
      error('columns', cause.message, 'Correct the mapping or the table.', String(cause.details.table)),
    );
  }
  findings.push(...(await checkPrivileges(source, target, sides)));
  return findings;
}

function checkKeys(
  from: Table,
  source: { schema: string; table: string; key: string[] },
  to: Table,
  target: { schema: string; table: string; key: string[] },
): Finding[] {
  const findings: Finding[] = [];
  const same = (a: string[], b: string[]) => a.length === b.length && a.every((name) => b.includes(name));
  if (from.primaryKey.length === 0)
    findings.push(
      error(
        'no_primary_key',
        `${nameOf(source)} has no primary key; publishing it would make its own UPDATEs and DELETEs fail.`,
        'Add a primary key. The table was left as it is.',
        nameOf(source),
      ),
    );
  else if (from.replicaIdentity !== 'f' && !source.key.every((name) => from.identity.includes(name)))
    findings.push(
      error(
        'replica_identity',
        `The key (${source.key.join(', ')}) of ${nameOf(source)} is not its replica identity (${from.identity.join(', ') || 'nothing'}).`,
        `Map the primary key, or ALTER TABLE ${nameOf(source)} REPLICA IDENTITY USING INDEX … on that key.`,
        nameOf(source),
      ),
    );
  if (from.partitioned)
    findings.push(
      error(
        'partitioned',
        `${nameOf(source)} is partitioned.`,
        'Map its partitions one by one.',
        nameOf(source),
      ),
    );
  for (const [table, key, side] of [
    [from, source.key, source],
    [to, target.key, target],
  ] as const)
    if (table.primaryKey.length > 0 || table === to)
      if (!table.uniques.some((columns) => same(columns, key)))
        findings.push(
          error(
            'key_not_unique',
            `(${key.join(', ')}) is no primary key or unique constraint of ${nameOf(side)}.`,
            'Add one, or correct the key of the mapping.',
            nameOf(side),
          ),
        );
  return findings;
}

async function checkPrivileges(
  source: pg.Pool,
  target: pg.Pool,
  sides: ReturnType<typeof sidesOf>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const ask = async (db: pg.Pool, side: { schema: string; table: string }, wanted: string) => {
    const { rows } = await db.query(
      `SELECT privilege FROM unnest($2::text[]) AS privilege WHERE NOT has_table_privilege($1, privilege)`,
      [quoteTable(side.schema, side.table), wanted.split(', ')],
    );
    return rows.map((row) => row.privilege as string);
  };
  const reading = await ask(source, sides.source, 'SELECT, UPDATE');
  const writing = await ask(target, sides.target, 'SELECT, INSERT, UPDATE, DELETE');
  for (const [lacking, side] of [
    [reading, sides.source],
    [writing, sides.target],
  ] as const)
    if (lacking.length > 0)
      findings.push(
        error(
          'table_privilege',
          `The role lacks ${lacking.join(', ')} on ${nameOf(side)}.`,
          `GRANT ${lacking.join(', ')} ON ${nameOf(side)} TO it.`,
          nameOf(side),
        ),
      );
  const owner = await source.query(
    `SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = $1::regclass`,
    [quoteTable(sides.source.schema, sides.source.table)],
  );
  if (!owner.rows[0].owns)
    findings.push(
      error(
        'table_owner',
        `Only the owner of ${nameOf(sides.source)} may publish it.`,
        'Grant the role membership in its owner.',
        nameOf(sides.source),
      ),
    );
  return findings;
}

async function checkLeftovers(
  config: LinkConfig,
  names: LinkNames,
  source: pg.Pool,
  target: pg.Pool,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const record = await readRecord(target, names.link);
  const slot = await slotStatus(source, names.slot);
  if (record && !slot)
    findings.push(
      error(
        'slot_missing',
        `Slot ${names.slot} is gone; changes are missing on the target.`,
        'Drop the link and copy again.',
      ),
    );
  if (!record && slot)
    findings.push(
      warning(
        'slot_leftover',
        `Slot ${names.slot} is there though nothing remembers it.`,
        'prepare() replaces it.',
      ),
    );
  const known = await target.query(`SELECT to_regclass('banyan.written') IS NOT NULL AS there`);
  const written = known.rows[0].there ? await writtenTables(target, names.link) : [];
  for (const { service } of config.tables) {
    if (written.includes(nameOf(service)) || !(await describeTable(target, service))) continue;
    // Where we may not look, that is a finding already.
    const looked = await target
      .query(`SELECT FROM ${quoteTable(service.schema, service.table)} LIMIT 1`)
      .catch(() => undefined);
    if (looked?.rowCount)
      findings.push(
        error(
          'target_not_empty',
          `${nameOf(service)} holds rows that this link did not write.`,
          'Empty it, or map another table.',
          nameOf(service),
        ),
      );
  }
  return findings;
}

async function checkIds(config: LinkConfig, source: pg.Pool, target: pg.Pool): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const state of await checkSequences(source, target, config.tables)) {
    if (state.legacyLast !== undefined && state.legacyLast >= state.offset)
      findings.push(
        error(
          'sequences_overlap',
          `The monolith's sequence of ${state.table}.${state.column} has reached ${state.legacyLast}; the service's begin at ${state.offset}.`,
          'Widen the column to bigint on both sides.',
          state.table,
        ),
      );
  }
  return findings;
}
