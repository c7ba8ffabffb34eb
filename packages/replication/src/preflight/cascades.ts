import { quoteIdent } from '@banyan/postgres';
import { MAY_LOCK } from '../catalog/foreign-keys.ts';
import { nameOf } from '../mapping/mapping.ts';
import type { Context } from './context.ts';
import { type Finding, warning } from './finding.ts';

/**
 * What of the monolith's own writes to mapped tables by itself, and what it does not do for a link: shown, since only a
 * person can say whether it is meant.
 */
export async function checkCascades({ config, source }: Context): Promise<Finding[]> {
  if (config.direction === 'reverse') return [];
  const mapped = config.tables.map(({ legacy }) => nameOf(legacy));
  const findings: Finding[] = [];
  for (const { legacy } of config.tables) {
    const table = await source.table(legacy);
    if (!table) continue;
    const keys = await source.db.query(FOREIGN_KEYS, [table.oid, mapped]);
    for (const { name, parent, quoted, actions, may_lock } of keys.rows) {
      findings.push(
        shown(
          'cascade',
          `${nameOf(legacy)} changes by the foreign key ${name} when ${parent} does (${actions.join(', ')}), and ${parent} does not move.`,
          `Nothing to do: such changes are carried to the service. monolith.cascades: 'refuse' has them fail instead.`,
          nameOf(legacy),
        ),
      );
      if (!may_lock)
        findings.push(
          shown(
            'parent_not_lockable',
            `${source.role} may not lock rows of ${parent}, or does not see all of them: a row of ${nameOf(legacy)} that the service writes while the monolith deletes its ${parent} may stay without one.`,
            `Run GRANT SELECT, UPDATE ON ${quoted} TO ${quoteIdent(source.role)}; with row level security, ALTER ROLE ${quoteIdent(source.role)} BYPASSRLS too.`,
            nameOf(legacy),
          ),
        );
    }
    const triggers = await source.db.query(TRIGGERS, [legacy.table, mapped]);
    for (const { name, on, routine } of triggers.rows)
      findings.push(
        shown(
          'trigger',
          `The trigger ${name} on ${on} runs ${routine}, whose text names ${legacy.table}: it may write to it.`,
          `Look at it. What it writes is carried to the service; it does not fire for what the service writes back. Functions that it calls, and statements put together at run time, cannot be seen.`,
          nameOf(legacy),
        ),
      );
    const children = await source.db.query(CHILDREN, [table.oid, mapped]);
    for (const { name, child, actions } of children.rows)
      findings.push(
        shown(
          'no_cascade',
          `${child} refers to ${nameOf(legacy)} by ${name} (${actions.join(', ')}) and does not move: foreign keys do not fire for what a link writes back.`,
          `When the service deletes such a row, delete what refers to it by the monolith first, or move ${child} too.`,
          nameOf(legacy),
        ),
      );
  }
  return findings;
}

function shown(code: string, message: string, hint: string, table: string): Finding {
  return { ...warning(code, message, hint, table), end: 'monolith' };
}

const ACTIONS = `
  array_remove(ARRAY[
    CASE k.confdeltype WHEN 'c' THEN 'ON DELETE CASCADE' WHEN 'n' THEN 'ON DELETE SET NULL' WHEN 'd' THEN 'ON DELETE SET DEFAULT' END,
    CASE k.confupdtype WHEN 'c' THEN 'ON UPDATE CASCADE' WHEN 'n' THEN 'ON UPDATE SET NULL' WHEN 'd' THEN 'ON UPDATE SET DEFAULT' END
  ], NULL)`;

const FOREIGN_KEYS = `
  SELECT k.conname AS name, n.nspname || '.' || p.relname AS parent,
    format('%I.%I', n.nspname, p.relname) AS quoted, ${ACTIONS} AS actions, ${MAY_LOCK} AS may_lock
  FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
  WHERE k.contype = 'f' AND k.conrelid = $1 AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
    AND n.nspname || '.' || p.relname <> ALL($2)
  ORDER BY k.conname`;

const CHILDREN = `
  SELECT k.conname AS name, n.nspname || '.' || c.relname AS child, ${ACTIONS} AS actions
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.contype = 'f' AND k.confrelid = $1 AND k.confdeltype IN ('c', 'n', 'd')
    AND n.nspname || '.' || c.relname <> ALL($2)
  ORDER BY k.conname`;

const TRIGGERS = `
  SELECT t.tgname AS name, n.nspname || '.' || c.relname AS on, p.oid::regprocedure::text AS routine
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.pronamespace <> coalesce(to_regnamespace('banyan'), 0)
    AND n.nspname || '.' || c.relname <> ALL($2)
    AND p.prosrc ~* ('\\m(insert\\s+into|update|delete\\s+from|merge\\s+into)\\M') AND p.prosrc ~* ('\\m' || regexp_replace($1, '(\\W)', '\\\\\\1', 'g') || '\\M')
  ORDER BY 1, 2`;
