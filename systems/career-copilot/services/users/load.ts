import {
  type Arrival,
  acknowledgeMarked,
  checkMarked,
  exclusively,
  type Load,
  type LoadRun,
  latest,
  marker,
  markersBy,
  newestKnown,
  noChanges,
  perUser,
  type User,
} from '@banyan/harness';
import { API } from '../../api/common.ts';
import type { Profile, ProfileChanges } from '../../api/users.ts';

/** Eight of ten requests are reads. Each change sets a headline by which it is found again. */
export default {
  promises: {
    profile: latest({
      monolith: markersBy('SELECT id, headline AS text FROM users WHERE id = ANY ($1)'),
      service: markersBy('SELECT user_id AS id, headline AS text FROM profiles WHERE user_id = ANY ($1)'),
    }),
  },
  facts: { ProfileChanged: { promise: 'profile', key: ({ userId }) => userId } },
  start(run) {
    const { random, users } = run;
    const changesOf = perUser(noChanges);
    const check = (user: User, { kind, least, body }: { kind: string; least: number; body: unknown }) =>
      checkMarked(run, changesOf(user), { kind, user, least, text: (body as Profile).headline });
    const readOwn = async (user: User, { send }: Arrival) => {
      const least = newestKnown(changesOf(user), true);
      const kind = 'GET /users/me';
      const outcome = await send({
        kind,
        method: 'GET',
        path: `${API}/users/me`,
        token: users.token(user),
        expect: 200,
      });
      if (outcome.is === 'ok' && !outcome.stale) check(user, { kind, least, body: outcome.body });
    };
    const readAnother = async ({ send }: Arrival) => {
      const user = users.reader();
      const least = newestKnown(changesOf(user), false);
      const kind = 'GET /users/:id';
      const token = users.token(users.any());
      const outcome = await send({
        kind,
        method: 'GET',
        path: `${API}/users/${user.id}`,
        token,
        expect: 200,
      });
      if (outcome.is === 'ok' && !outcome.stale) check(user, { kind, least, body: outcome.body });
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
        acknowledgeMarked(changes, n, outcome);
        users.wrote(user);
        check(user, { kind, least: n, body: outcome.body });
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
