import { createPool } from '@banyan/postgres';
import { hash } from '@node-rs/bcrypt';
import { SignJWT } from 'jose';
import type pg from 'pg';
import { Agent, request } from 'undici';
import type { Tokens } from '../api/auth.ts';
import { API } from '../api/common.ts';
import type { Profile } from '../api/users.ts';
import { LEGACY_ISSUER } from '../kit/tokens.ts';

export type WarmUpOptions = {
  gatewayUrl: string;
  services: { auth: string; users: string };
  databases: { auth: string; users: string };
  jwtSecret: string;
  /** Generated users of the monolith. */
  users: number;
  bcryptCost: number;
};

/** Requests of each kind on each process. V8 optimises most of what they run within some thousand calls. */
const ROUNDS = 400;
/** Rounds in which somebody also logs in, refreshes and logs out: about as rare as among real requests. */
const SESSION_EVERY = 8;
const PATHS = ['/users/me', '/auth/me', '/jobs', '/jobs/1', '/applications', '/notifications'];
const USERS = 40;
/** Ids and emails of people whom only the services know, and only until they are warm. */
const FIRST_GUEST = 2_000_000_000;
const PASSWORD = 'only for warming up';
const emailOf = (id: number) => `guest-${id}@warm-up.example.com`;

/**
 * A system that has run for weeks is warm: code compiled, pages cached, connections open. This makes a fresh one so: the
 * monolith through the gateway, by reads and by writes of what is there already; the services, which have no rows yet, by
 * guests of their own who read, write, log in and out, and are gone afterwards.
 */
export async function warmUp(options: WarmUpOptions): Promise<void> {
  const { gatewayUrl, services, jwtSecret, users } = options;
  const client = createClient();
  const pools = {
    auth: createPool(options.databases.auth, { max: 1 }),
    users: createPool(options.databases.users, { max: 1 }),
  };
  const residents = Array.from({ length: USERS }, (_, index) => 4 + ((index * 97) % Math.max(1, users - 4)));
  const guests = residents.map((_, index) => FIRST_GUEST + index);
  try {
    await welcome(pools, guests, await hash(PASSWORD, { cost: options.bcryptCost }));
    const visitors = await Promise.all([
      visitorsOf(client, gatewayUrl, jwtSecret, residents),
      visitorsOf(client, services.users, jwtSecret, guests),
    ]);
    const [atGateway, atServices] = visitors as [Visitor[], Visitor[]];
    for (let round = 0; round < ROUNDS; round += 1) {
      const resident = atGateway[round % USERS]!;
      const guest = atServices[round % USERS]!;
      await Promise.all([
        visit(client, gatewayUrl, resident),
        visit(client, services.auth, guest),
        visit(client, services.users, guest),
        round % SESSION_EVERY === 0 ? session(client, services.auth, guest) : null,
      ]);
    }
  } finally {
    await sayGoodbye(pools);
    await Promise.all([client.close(), pools.auth.end(), pools.users.end()]);
  }
}

type Visitor = { id: number; authorization: string; unchanged: object };

async function visitorsOf(
  client: Client,
  origin: string,
  jwtSecret: string,
  ids: number[],
): Promise<Visitor[]> {
  return await Promise.all(
    ids.map(async (id) => {
      const authorization = await tokenOf(jwtSecret, id);
      const text = await client.send('GET', `${origin}${API}/users/me`, authorization);
      return { id, authorization, unchanged: { phone: (JSON.parse(text) as Profile).phone } };
    }),
  );
}

/** Answers do not matter: a service does not have all paths. */
async function visit(
  client: Client,
  origin: string,
  { id, authorization, unchanged }: Visitor,
): Promise<void> {
  await Promise.all([
    ...[...PATHS, `/users/${id}`].map((path) => client.send('GET', `${origin}${API}${path}`, authorization)),
    client.send('PUT', `${origin}${API}/users/me`, authorization, unchanged),
  ]);
}

async function session(client: Client, origin: string, { id, authorization }: Visitor): Promise<void> {
  const post = (path: string, body: object) =>
    client.send('POST', `${origin}${API}/auth${path}`, authorization, body);
  const login = JSON.parse(await post('/login', { email: emailOf(id), password: PASSWORD })) as Tokens;
  const next = JSON.parse(await post('/refresh', { refresh_token: login.refresh_token })) as Tokens;
  await post('/logout', { refresh_token: next.refresh_token });
}

type Pools = { auth: pg.Pool; users: pg.Pool };

async function welcome({ auth, users }: Pools, ids: number[], passwordHash: string): Promise<void> {
  const emails = ids.map(emailOf);
  await auth.query(
    `INSERT INTO accounts (id, email, password_hash, display_name)
     SELECT id, email, $3, 'A Guest' FROM unnest($1::int[], $2::text[]) AS guest (id, email)`,
    [ids, emails, passwordHash],
  );
  await users.query(
    `INSERT INTO profiles (user_id, email, first_name, last_name, phone, skills)
     SELECT id, email, 'A', 'Guest', '1', '{warming,up}' FROM unnest($1::int[], $2::text[]) AS guest (id, email)`,
    [ids, emails],
  );
}

async function sayGoodbye({ auth, users }: Pools): Promise<void> {
  await auth.query('DELETE FROM refresh_tokens WHERE account_id >= $1', [FIRST_GUEST]);
  await auth.query('DELETE FROM accounts WHERE id >= $1', [FIRST_GUEST]);
  await users.query('DELETE FROM profiles WHERE user_id >= $1', [FIRST_GUEST]);
}

type Client = ReturnType<typeof createClient>;

function createClient() {
  const dispatcher = new Agent({ connections: 8 });
  return {
    async send(
      method: 'GET' | 'PUT' | 'POST',
      url: string,
      authorization: string,
      body?: object,
    ): Promise<string> {
      const headers = { authorization, ...(body ? { 'content-type': 'application/json' } : {}) };
      const answer = await request(url, {
        dispatcher,
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return await answer.body.text();
    },
    close: () => dispatcher.close(),
  };
}

/** As the legacy system would have given it. */
async function tokenOf(jwtSecret: string, id: number): Promise<string> {
  const token = await new SignJWT({ role: 'user' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(LEGACY_ISSUER)
    .setSubject(String(id))
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(jwtSecret));
  return `Bearer ${token}`;
}
