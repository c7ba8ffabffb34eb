import { copy, type LinkConfig, split, table } from '../../../packages/replication/src/index.ts';

export type Order =
  | { do: 'hold' | 'go on' | 'rest' }
  | { do: 'catch up' | 'mark'; up: boolean }
  | { do: 'release'; share: number };
export type Told = { done: string } | { error: string };

export const SALT = 'people';

export const PEOPLE = table({
  legacy: 'people',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
  columns: [
    copy('id'),
    split('name', ['first', 'rest']),
    copy('note'),
    copy('last_login', { flow: 'forward' }),
  ],
});

export const LEGACY = 'CREATE TABLE people (id int PRIMARY KEY, name text, note text, last_login int)';
export const SERVICE =
  'CREATE TABLE people (id int PRIMARY KEY, first text, rest text, note text, last_login int)';

/** What both sides have to say alike, by themselves. */
export const JUDGE = {
  legacy: `SELECT count(*)::int AS rows, md5(string_agg(concat_ws('|', id, name, note, coalesce(last_login::text, '-')), ',' ORDER BY id)) AS sum FROM people`,
  service: `SELECT count(*)::int AS rows, md5(string_agg(concat_ws('|', id, concat_ws(' ', first, rest), note, coalesce(last_login::text, '-')), ',' ORDER BY id)) AS sum FROM people`,
};

export function linkConfig(
  direction: 'forward' | 'reverse',
  { legacy, service, share }: { legacy: string; service: string; share: number },
): LinkConfig {
  const [source, target] = direction === 'forward' ? [legacy, service] : [service, legacy];
  return { service: 'people', direction, source, target, tables: [PEOPLE], salt: SALT, share };
}
