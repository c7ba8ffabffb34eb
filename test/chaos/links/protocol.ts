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

/** Of another service, whose links read the same two databases: all are the monolith's. */
export const PETS = table({
  legacy: 'pets',
  owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
  columns: [copy('id', 'n')],
});

const OTHER = 'CREATE TABLE pets (id int PRIMARY KEY, n int NOT NULL)';
export const LEGACY = `CREATE TABLE people (id int PRIMARY KEY, name text, note text, last_login int); ${OTHER}`;
export const SERVICE = `CREATE TABLE people (id int PRIMARY KEY, first text, rest text, note text, last_login int); ${OTHER}`;
export const PETS_SUM = `SELECT coalesce(md5(string_agg(id || '|' || n, ',' ORDER BY id)), '') AS sum FROM pets`;

/** What both sides have to say alike, by themselves. */
export const JUDGE = {
  legacy: `SELECT count(*)::int AS rows, md5(string_agg(concat_ws('|', id, name, note, coalesce(last_login::text, '-')), ',' ORDER BY id)) AS sum FROM people`,
  service: `SELECT count(*)::int AS rows, md5(string_agg(concat_ws('|', id, concat_ws(' ', first, rest), note, coalesce(last_login::text, '-')), ',' ORDER BY id)) AS sum FROM people`,
};

type Databases = { legacy: string; service: string };

export function linkConfig(
  direction: 'forward' | 'reverse',
  { share, ...databases }: Databases & { share: number },
): LinkConfig {
  return {
    service: 'people',
    direction,
    ...endsOf(direction, databases),
    tables: [PEOPLE],
    salt: SALT,
    share,
  };
}

export function petsConfig(direction: 'forward' | 'reverse', databases: Databases): LinkConfig {
  return { service: 'pets', direction, ...endsOf(direction, databases), tables: [PETS] };
}

function endsOf(direction: 'forward' | 'reverse', { legacy, service }: Databases) {
  return direction === 'forward' ? { source: legacy, target: service } : { source: service, target: legacy };
}
