import {
  type Arrival,
  exclusively,
  type Load,
  type LoadRun,
  latest,
  perUser,
  type User,
} from '@banyan/harness';
import type pg from 'pg';
import { API } from '../../api/common.ts';
import type { Profile, ProfileChanges } from '../../api/users.ts';

/** Profile changes of one user: sent, acknowledged, and the newest that anybody has seen. */
type Changes = { sent: number; acknowledged: number; seen: number };

/** Eight of ten requests are reads. Each change sets a headline by which it is found again. */
export default {
  promises: {
    profile: latest({
      monolith: (db, sent) => changesThere(db, 'SELECT id, headline FROM users WHERE id = ANY ($1)', sent),
      service: (db, sent) =>
        changesThere(db, 'SELECT user_id AS id, headline FROM profiles WHERE user_id = ANY ($1)', sent),
    }),
  },
  facts: { ProfileChanged: { promise: 'profile', key: ({ userId }) => userId } },
  start(run) {
    const { random, users } = run;
    const changesOf = perUser((): Changes => ({ sent: 0, acknowledged: 0, seen: 0 }));
    const readOwn = async (user: User, { send }: Arrival) => {
      const least = newestKnown(changesOf(user));
      const kind = 'GET /users/me';
      const outcome = await send({
        kind,
        method: 'GET',
        path: `${API}/users/me`,
        token: users.token(user),
        expect: 200,
      });
      if (outcome.is === 'ok' && !outcome.stale) check(run, kind, user, changesOf(user), least, outcome.body);
    };
    const readAnother = async ({ send }: Arrival) => {
      const user = users.reader();
      const least = newestKnown(changesOf(user));
      const kind = 'GET /users/:id';
      const token = users.token(users.any());
      const outcome = await send({
        kind,
        method: 'GET',
        path: `${API}/users/${user.id}`,
        token,
        expect: 200,
      });
      if (outcome.is === 'ok' && !outcome.stale) check(run, kind, user, changesOf(user), least, outcome.body);
    };
    const change = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const changes = changesOf(user);
        const n = ++changes.sent;
        const kind = 'PUT /users/me';
        const body = { headline: marker(user.id, n), ...someChanges(random) };
        const outcome = await write(
          { name: 'profile', key: user.id, n },
          { kind, method: 'PUT', path: `${API}/users/me`, token: users.token(user), body, expect: 200 },
          user,
        );
        if (outcome.is !== 'ok') return;
        changes.acknowledged = n;
        users.wrote(user);
        check(run, kind, user, changes, n, outcome.body);
      });
    };
    return {
      operations: [
        { weight: 230, run: (arrival) => readOwn(users.reader(), arrival) },
        { weight: 100, run: readAnother },
        { weight: 160, run: change },
      ],
      firstVisit: readOwn,
    };
  },
  warmUp: {
    guests: {
      add: async (db, ids) => {
        await db.query(
          `INSERT INTO profiles (user_id, email, first_name, last_name, phone, skills)
           SELECT id, 'guest-' || id || '@warm-up.example.com', 'A', 'Guest', '1', '{warming,up}'
           FROM unnest($1::int[]) AS id`,
          [ids],
        );
      },
      remove: async (db, ids) => {
        await db.query('DELETE FROM profiles WHERE user_id = ANY ($1)', [ids]);
      },
    },
    async visit({ id, send }) {
      const { phone } = JSON.parse(await send('GET', `${API}/users/me`)) as Profile;
      await Promise.all([send('GET', `${API}/users/${id}`), send('PUT', `${API}/users/me`, { phone })]);
    },
  },
} satisfies Load;

/** What a read that starts now must show at least. */
function newestKnown({ acknowledged, seen }: Changes): number {
  return Math.max(acknowledged, seen);
}

/** Not older than what was acknowledged or seen before the read began, and nothing that was never sent. */
function check(
  { violate }: LoadRun,
  kind: string,
  { id }: User,
  changes: Changes,
  least: number,
  body: unknown,
): void {
  const { headline } = body as Profile;
  const n = markerNumber(id, headline);
  if (n < least || n > changes.sent)
    violate({ kind, user: id, expected: marker(id, least), got: headline ?? 'null' });
  changes.seen = Math.max(changes.seen, Math.min(n, changes.sent));
}

function someChanges(random: LoadRun['random']): ProfileChanges {
  const number = random.int(0, 999_999);
  switch (random.int(0, 5)) {
    case 0:
      return {
        full_name: random.pick(['Ada King', 'Grace Brewster Hopper', 'Zoë  d’Arc', 'Cher', '李 小龍']),
      };
    case 1:
      return { phone: random.chance(0.2) ? null : `+49 30 ${number}` };
    case 2:
      return { skills: random.some(['SQL', 'C++', 'a "quoted" one', 'Welding', 'Go'], random.int(0, 5)) };
    case 3:
      return { preferences: { remote: random.chance(0.5), salary: { least: number } } };
    case 4:
      return { location: random.pick(['Köln', 'Nairobi', 'São Paulo', 'Osaka']) };
    default:
      return {};
  }
}

/** The value by which the n-th change of a user is found again. */
export function marker(user: number, n: number): string {
  return `h-${user}-${n}`;
}

/** The number in a marker of this user; 0 for a headline from before. */
export function markerNumber(user: number, headline: string | null | undefined): number {
  const match = /^h-(\d+)-(\d+)$/.exec(headline ?? '');
  return match && Number(match[1]) === user ? Number(match[2]) : 0;
}

async function changesThere(
  db: pg.Pool,
  sql: string,
  sent: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; headline: string | null }>(sql, [
    [...sent.keys()].map(Number),
  ]);
  return new Map(rows.map(({ id, headline }) => [String(id), markerNumber(id, headline)]));
}
