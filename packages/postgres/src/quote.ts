/** Quotes an identifier: always in double quotes, so that case and reserved words pass unchanged. */
export function quoteIdent(name: string): string {
  if (name.includes('\0')) throw new TypeError('An identifier cannot contain a NUL character');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."table"`. */
export function quoteTable(schema: string, table: string): string {
  return `${quoteIdent(schema)}.${quoteIdent(table)}`;
}

/**
 * Quotes a string for the few commands that take no parameters (replication commands, CREATE ROLE, SET).
 * Correct whatever `standard_conforming_strings` says. Everywhere else use a parameter.
 */
export function quoteLiteral(value: string): string {
  if (value.includes('\0')) throw new TypeError('A PostgreSQL string cannot contain a NUL character');
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}
