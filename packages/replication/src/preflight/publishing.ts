import { quoteIdent } from '@banyan/postgres';
import { slotKeptFor } from '../reader/home.ts';
import type { Context } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';

/** Whether the source's log can be read: its level, free slots, and the rights to use them. */
export async function checkPublishing({ source, names }: Context): Promise<Finding[]> {
  const { name: slot } = await slotKeptFor(source.db, names);
  const { rows } = await source.db.query(
    `SELECT current_setting('wal_level') AS wal_level,
       current_setting('max_replication_slots') AS max_slots, current_setting('max_wal_senders') AS max_senders,
       current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int AS slots,
       current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS senders,
       EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1) AS ours,
       (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user) AS may_replicate,
       has_database_privilege(current_database(), 'CREATE') AS may_create`,
    [slot],
  );
  const found = rows[0];
  const role = quoteIdent(source.role);
  const findings: Finding[] = [];
  if (found.wal_level !== 'logical')
    findings.push({
      ...lacking('wal_level', `wal_level is ${found.wal_level}.`, [`ALTER SYSTEM SET wal_level = 'logical'`]),
      hint: "Run ALTER SYSTEM SET wal_level = 'logical' and restart the server.",
    });
  if (!found.ours && found.slots < 1)
    findings.push(
      error(
        'no_free_slot',
        `There is no free replication slot: all ${found.max_slots} (max_replication_slots) are in use.`,
        'Raise max_replication_slots and restart the server, or drop unused slots.',
      ),
    );
  if (!found.ours && found.senders < 1)
    findings.push(
      error(
        'no_free_sender',
        `There is no free WAL sender: all ${found.max_senders} (max_wal_senders) are in use.`,
        'Raise max_wal_senders and restart the server.',
      ),
    );
  if (!found.may_replicate)
    findings.push(
      lacking('no_replication_privilege', `The role ${source.role} may not replicate.`, [
        `ALTER ROLE ${role} REPLICATION`,
      ]),
    );
  if (!found.may_create)
    findings.push(
      lacking(
        'no_create_privilege',
        `The role ${source.role} may not create publications and the schema banyan.`,
        [`GRANT CREATE ON DATABASE ${quoteIdent(source.database)} TO ${role}`],
      ),
    );
  return findings.map((finding) => ({ ...finding, end: source.is }));
}
