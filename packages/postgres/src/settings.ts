import type pg from 'pg';

/**
 * Settings that decide how a value is written as text. Pinned on every session, replication sessions too, so
 * that a value read on one server can be written to another unchanged.
 */
export const PINNED_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
};

/**
 * The one list for sessions that carry rows from one database to another: whatever `ALTER ROLE … SET` and
 * `ALTER DATABASE … SET` say, the same text means the same value on both sides, no row is hidden, and nobody else's
 * limit ends a statement. Any role may set each of these, from PostgreSQL 14 on.
 */
export const EXACT_SETTINGS: Readonly<Record<string, string>> = {
  ...PINNED_SETTINGS,
  // Values in and out.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  timezone_abbreviations: 'Default',
  array_nulls: 'on',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  xmloption: 'content',
  xmlbinary: 'base64',
  default_text_search_config: 'pg_catalog.simple',
  // What a statement's own text means.
  search_path: 'public, pg_temp',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off',
  // A row that may not be seen is an error, never a row less.
  row_security: 'off',
  gin_fuzzy_search_limit: '0',
  // Limits and ways of transactions.
  lock_timeout: '0',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  exit_on_error: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',
};

/** The same of settings that older servers do not know, and would refuse a connection for. */
const NEWER_SETTINGS: Readonly<Record<string, string>> = { transaction_timeout: '0' };

/** What a new session with `EXACT_SETTINGS` runs first. */
export async function pinNewerSettings(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  // Without parameters, which a replication connection does not take, and without a look at a catalog, which takes longer.
  const each = Object.entries(NEWER_SETTINGS).map(
    ([name, value]) =>
      `SELECT pg_catalog.set_config('${name}', '${value}', false) WHERE pg_catalog.current_setting('${name}', true) IS NOT NULL`,
  );
  await client.query(each.join('; '));
}

/** Connection parameters with `settings` as startup options, after those that the URL itself brings. */
export function connectionConfig(url: string, settings: Readonly<Record<string, string>>): pg.ClientConfig {
  // Added as text, not by way of URL, which refuses the hostless forms that PostgreSQL allows. The last one counts.
  const own = /[?&]options=([^&#]*)/.exec(url)?.[1];
  const pinned = Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeOption(value)}`);
  const before = own ? [decodeURIComponent(own.replaceAll('+', ' '))] : [];
  const options = encodeURIComponent([...before, ...pinned].join(' '));
  return { connectionString: `${url}${url.includes('?') ? '&' : '?'}options=${options}` };
}

function escapeOption(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ');
}
