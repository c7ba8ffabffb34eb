/**
 * SQL: names of what runs in place of, or before, a write to the table whose `pg_class` row is `c`, also when a link writes,
 * and may change the row or drop it without a word: rules, and row triggers BEFORE, that are enabled ALWAYS or for REPLICA.
 */
export const REPLICA_TRIGGERS_SQL = `
  CASE WHEN c.relhastriggers OR c.relhasrules THEN ARRAY(
    SELECT format('trigger %I', t.tgname) FROM pg_trigger t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND t.tgtype & 3 = 3
    UNION ALL
    SELECT format('rule %I', r.rulename) FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_enabled IN ('A', 'R')
    ORDER BY 1) ELSE '{}' END`;
