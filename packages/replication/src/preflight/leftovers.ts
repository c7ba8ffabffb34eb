import { quoteTable, slotStatus } from '@banyan/postgres';
import { readRecord, writtenTables } from '../link/link-record.ts';
import { nameOf } from '../mapping/mapping.ts';
import type { Context } from './context.ts';
import { error, type Finding, warning } from './finding.ts';

/** What an earlier life of the link, or somebody else, has left. */
export async function checkLeftovers({ config, names, source, target }: Context): Promise<Finding[]> {
  if (config.direction === 'reverse') return [];
  const findings: Finding[] = [];
  const record = await readRecord(target.db, names.link);
  const slot = await slotStatus(source.db, names.slot);
  if (!record && slot)
    findings.push({
      ...warning(
        'slot_leftover',
        `Slot ${names.slot} is there though nothing remembers it.`,
        'prepare() replaces it.',
      ),
      end: source.is,
    });
  const known = await target.db.query(`SELECT to_regclass('banyan.written') IS NOT NULL AS there`);
  const written = known.rows[0].there ? await writtenTables(target.db, names.link) : [];
  for (const { service, rows } of config.tables) {
    // Of rows that others own the service may have made some: the copy merges.
    if (rows === 'foreign' || written.includes(nameOf(service)) || !(await target.table(service))) continue;
    // Where we may not look, that is a finding already.
    const looked = await target.db
      .query(`SELECT FROM ${quoteTable(service.schema, service.table)} LIMIT 1`)
      .catch(() => undefined);
    if (looked?.rowCount)
      findings.push({
        ...error(
          'target_not_empty',
          `${nameOf(service)} holds rows that this link did not write.`,
          'Empty it, or map another table.',
          nameOf(service),
        ),
        end: target.is,
      });
  }
  return findings;
}
