import {
  type Arrival,
  acknowledgeMarked,
  type Changes,
  checkMarked,
  exclusively,
  idsByEmail,
  type KnownLogin,
  type Load,
  type LoadRun,
  latest,
  loginOperations,
  loginPromises,
  marker,
  markersBy,
  newestKnown,
  noChanges,
  once,
  perUser,
  type User,
} from '@banyan/harness';
import { hash } from '@node-rs/bcrypt';
import type { Static } from 'typebox';
import type { Tokens } from '../../api/auth.ts';
import { API } from '../../api/common.ts';
import type * as api from '../../api/users.ts';
import { BCRYPT_COST } from '../../monolith/data.ts';
import { demoPassword, demoRefreshToken, userId } from '../../monolith/generate.ts';

/** What is known of somebody, with the changes of their profile. */
type Known = Changes &
  KnownLogin & {
    /** To be sent with the next change; null until the profile was read. */
    version: number | null;
  };

type Person = User<string>;

/** Most requests look at people; each change of a profile sets a text by which it is found again, of the version that was read before. */
export default {
  promises: {
    registration: once({ monolith: idsByEmail('users_legacy'), service: idsByEmail('users') }),
    profile: latest({
      monolith: markersBy('SELECT id, bio AS text FROM users_legacy WHERE id = ANY ($1)'),
      service: markersBy('SELECT id, bio AS text FROM users WHERE id = ANY ($1)'),
    }),
    ...loginPromises,
  },
  facts: {
    UserRegistered: { promise: 'registration', key: ({ email }) => email },
    UserProfileUpdated: { promise: 'profile', key: ({ userId }) => userId },
  },
  start(run) {
    const { random, users, rows } = run;
    const numbers = new Map(
      Array.from({ length: rows.users_legacy ?? 0 }, (_, index) => [userId(index + 1), index + 1]),
    );
    const knownOf = perUser(({ id }: Person): Known => {
      const n = numbers.get(id);
      return {
        ...{ ...noChanges(), email: null, version: null },
        // Whoever registers here chooses theirs.
        password: n === undefined ? '' : demoPassword(n),
        refreshToken: n === undefined || n % 10 === 0 ? null : demoRefreshToken(n),
      };
    });
    const check = (user: Person, { kind, least, body }: { kind: string; least: number; body: unknown }) =>
      checkMarked(run, knownOf(user), { kind, user, least, text: (body as api.User).bio });
    const get = (path: string, as: Person, kind = path) =>
      ({
        kind: `GET ${kind}`,
        method: 'GET',
        path: API + path,
        token: users.token(as),
        expect: 200,
      }) as const;

    const read = async (user: Person, as: Person, { send }: Arrival) => {
      const least = newestKnown(knownOf(user), user === as);
      const call = get(`/users/${user.id}`, as, '/users/:id');
      const outcome = await send(call);
      if (outcome.is === 'ok' && !outcome.stale) check(user, { kind: call.kind, least, body: outcome.body });
      return outcome;
    };
    /** What has to be known of oneself before one may change anything. */
    const readOwn = async (user: Person, arrival: Arrival) => {
      const outcome = await read(user, user, arrival);
      if (outcome.is !== 'ok' || outcome.stale) return;
      const { email, version } = outcome.body as api.User;
      const known = knownOf(user);
      known.email ??= email;
      // A change that has ended meanwhile knows better.
      known.version = Math.max(known.version ?? 0, version);
    };
    const readPrivacy = async ({ send }: Arrival) => {
      const user = users.any();
      await send(get(`/users/${user.id}/privacy-settings`, user, '/users/:id/privacy-settings'));
    };
    const change = async (arrival: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const known = knownOf(user);
        if (known.version === null) {
          const outcome = await read(user, user, arrival);
          if (outcome.is !== 'ok' || outcome.stale) return;
          known.version = (outcome.body as api.User).version;
        }
        const n = ++known.sent;
        const kind = 'PUT /users/:id';
        const body = { bio: marker(user.id, n), version: known.version, ...someChanges(random) };
        const outcome = await arrival.write(
          { name: 'profile', key: user.id, n },
          {
            kind,
            method: 'PUT',
            path: `${API}/users/${user.id}`,
            token: users.token(user),
            body,
            expect: 200,
          },
          user,
        );
        if (outcome.is !== 'ok') return;
        acknowledgeMarked(known, n, outcome);
        known.version = (outcome.body as api.User).version;
        users.wrote(user);
        check(user, { kind, least: n, body: outcome.body });
      });
    };
    return {
      operations: [
        { weight: 230, run: (arrival) => readOwn(users.reader(), arrival) },
        {
          weight: 140,
          run: async (arrival) => void (await read(users.reader(), users.any(), arrival)),
        },
        { weight: 30, run: readPrivacy },
        { weight: 130, run: change },
        ...loginOperations(run, {
          ...{ api: API, spelling: 'camelCase', endedBy: 204, exchanges: false },
          knownOf,
          look: (arrival) => readOwn(users.any(), arrival),
        }),
      ],
      firstVisit: readOwn,
    };
  },
  warmUp: {
    guests: {
      add: async (db, ids) => {
        await db.query(
          `INSERT INTO users (id, email, password_hash, first_name, last_name)
           SELECT id, email, $3, 'A', 'Guest' FROM unnest($1::uuid[], $2::text[]) AS guest (id, email)`,
          [ids, ids.map(guestEmail), await hash(GUEST_PASSWORD, { cost: BCRYPT_COST })],
        );
      },
      remove: async (db, ids) => {
        await db.query('DELETE FROM refresh_tokens WHERE user_id = ANY ($1)', [ids]);
        await db.query('DELETE FROM users WHERE id = ANY ($1)', [ids]);
      },
    },
    async visit({ id, isGuest, round, send }) {
      const path = `${API}/users/${id}`;
      const { version, bio } = JSON.parse(await send('GET', path)) as api.User;
      if (!isGuest) return;
      await send('PUT', path, { bio, version });
      // About as rare as among real requests.
      if (round % 8 !== 0) return;
      const credentials = { email: guestEmail(id), password: GUEST_PASSWORD };
      const login = JSON.parse(await send('POST', `${API}/auth/login`, credentials)) as Static<typeof Tokens>;
      const { refreshToken } = login;
      await send('POST', `${API}/auth/refresh`, { refreshToken });
      await send('POST', `${API}/auth/logout`, { refreshToken });
    },
  },
} satisfies Load<string>;

const GUEST_PASSWORD = 'only for warming up';
const guestEmail = (id: string) => `guest-${id}@warm-up.example.com`;

function someChanges(random: LoadRun['random']): Omit<api.UserChanges, 'version'> {
  switch (random.int(0, 4)) {
    case 0:
      return {
        fullName: random.pick(['Ada King', 'Grace Brewster Hopper', 'Zoë  d’Arc', 'Cher', '李 小龍']),
      };
    case 1:
      return { timeZone: random.pick(['Europe/Berlin', 'Africa/Nairobi', 'America/Sao_Paulo']) };
    case 2:
      return {
        profilePictureUrl: random.chance(0.2) ? null : `https://pictures.example.com/${random.int(1, 1e6)}`,
      };
    default:
      return {};
  }
}
