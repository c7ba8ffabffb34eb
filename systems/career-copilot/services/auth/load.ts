import {
  type Arrival,
  exclusively,
  idsByEmail,
  type KnownLogin,
  type Load,
  latest,
  loginOperations,
  loginPromises,
  once,
  perUser,
} from '@banyan/harness';
import { hash, verify } from '@node-rs/bcrypt';
import type pg from 'pg';
import type { Account, Tokens } from '../../api/auth.ts';
import { API } from '../../api/common.ts';
import { BCRYPT_COST } from '../../monolith/data.ts';
import { demoPassword, demoRefreshToken } from '../../monolith/generate.ts';

type Login = KnownLogin & { passwordChanges: number };

/** Each page of the client asks who is logged in; few people register, log in or out. */
export default {
  promises: {
    registration: once({
      monolith: idsByEmail('users'),
      service: idsByEmail('accounts'),
    }),
    password: latest({
      monolith: (db, sent) =>
        passwordsThere(db, 'SELECT id, hashed_password AS hash FROM users WHERE id = ANY ($1)', sent),
      service: (db, sent) =>
        passwordsThere(db, 'SELECT id, password_hash AS hash FROM accounts WHERE id = ANY ($1)', sent),
    }),
    ...loginPromises,
  },
  facts: {
    UserRegistered: { promise: 'registration', key: ({ email }) => email },
    PasswordChanged: { promise: 'password', key: ({ userId }) => userId },
  },
  start(run) {
    const { users } = run;
    const loginOf = perUser(
      ({ id }): Login => ({
        email: null,
        password: demoPassword(id),
        passwordChanges: 0,
        refreshToken: id % 10 === 0 ? null : demoRefreshToken(id),
      }),
    );
    const readAccount = async ({ send }: Arrival) => {
      const user = users.any();
      const call = { kind: 'GET /auth/me', method: 'GET', path: `${API}/auth/me`, expect: 200 } as const;
      const outcome = await send({ ...call, token: users.token(user) });
      if (outcome.is === 'ok') loginOf(user).email ??= (outcome.body as Account).email;
    };
    const changePassword = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const own = loginOf(user);
        const n = ++own.passwordChanges;
        const password = passwordOf(user.id, n);
        const outcome = await write(
          { name: 'password', key: user.id, n },
          {
            kind: 'PUT /users/me/password',
            method: 'PUT',
            path: `${API}/users/me/password`,
            token: users.token(user),
            body: { current_password: own.password, new_password: password },
            expect: 200,
          },
          user,
        );
        if (outcome.is === 'ok') own.password = password;
      });
    };
    return {
      operations: [
        { weight: 220, run: readAccount },
        // The legacy system gives the same refresh token back; the auth service another one.
        ...loginOperations(run, {
          ...{ api: API, spelling: 'snake_case', endedBy: 200, exchanges: true },
          knownOf: loginOf,
          look: readAccount,
        }),
        { weight: 2, run: changePassword },
      ],
    };
  },
  warmUp: {
    guests: {
      add: async (db, ids) => {
        await db.query(
          `INSERT INTO accounts (id, email, password_hash, display_name)
           SELECT id, email, $3, 'A Guest' FROM unnest($1::int[], $2::text[]) AS guest (id, email)`,
          [ids, ids.map(guestEmail), await hash(GUEST_PASSWORD, { cost: BCRYPT_COST })],
        );
      },
      remove: async (db, ids) => {
        await db.query('DELETE FROM refresh_tokens WHERE account_id = ANY ($1)', [ids]);
        await db.query('DELETE FROM accounts WHERE id = ANY ($1)', [ids]);
      },
    },
    async visit({ id, isGuest, round, send }) {
      await send('GET', `${API}/auth/me`);
      // About as rare as among real requests.
      if (!isGuest || round % 8 !== 0) return;
      const post = async (path: string, body: object) =>
        JSON.parse(await send('POST', `${API}/auth${path}`, body)) as Tokens;
      const login = await post('/login', { email: guestEmail(id), password: GUEST_PASSWORD });
      const next = await post('/refresh', { refresh_token: login.refresh_token });
      await post('/logout', { refresh_token: next.refresh_token });
    },
  },
} satisfies Load;

const GUEST_PASSWORD = 'only for warming up';
const guestEmail = (id: number) => `guest-${id}@warm-up.example.com`;

export function passwordOf(user: number, n: number): string {
  return `password-${user}-${n}`;
}

async function passwordsThere(
  db: pg.Pool,
  sql: string,
  sent: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; hash: string }>(sql, [[...sent.keys()].map(Number)]);
  const there = new Map<string, number>();
  for (const { id, hash } of rows)
    there.set(String(id), await passwordThere(id, sent.get(String(id))!, hash));
  return there;
}

/**
 * Which password lets in: newest first, since that is nearly always the one and each look is dear. Then the one after it,
 * which the load may have set since the journal was read, and last the one of before. -1: none of them.
 */
export async function passwordThere(user: number, sent: readonly number[], hash: string): Promise<number> {
  const known = [...sent].sort((a, b) => b - a);
  for (const n of [...known, known[0]! + 1]) if (await verify(passwordOf(user, n), hash)) return n;
  return (await verify(demoPassword(user), hash)) ? 0 : -1;
}
