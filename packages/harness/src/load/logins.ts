import { digestOf } from './accounts.ts';
import type { Call } from './client.ts';
import { type Arrival, exclusively, type LoadRun, type Operation } from './load.ts';
import type { User, UserId } from './population.ts';

/** What is known of how somebody logs in. */
export type KnownLogin = {
  /** Known once somebody has looked at the account. */
  email: string | null;
  password: string;
  refreshToken: string | null;
};

/** How a system lets people in, as far as their requests show it. */
type LoginWords<Id extends UserId> = {
  api: string;
  /** How the fields of its bodies are written. */
  spelling: 'snake_case' | 'camelCase';
  /** With what a logout is answered. */
  endedBy: 200 | 204;
  /** Whether a refresh may give another token than the one that was sent, which is dead from then on. */
  exchanges: boolean;
  knownOf(user: User<Id>): KnownLogin;
  /** Looks at somebody's account, which tells their address. */
  look(arrival: Arrival): Promise<void>;
};

/** Registering, logging in, going on with a login and ending it: what promises `registration` and those of `loginPromises` are about. */
export function loginOperations<Id extends UserId>(
  { random, users, name, violate }: LoadRun<Id>,
  { api, spelling, endedBy, exchanges, knownOf, look }: LoginWords<Id>,
): Operation[] {
  const fields = FIELDS[spelling];
  const post = (path: string, body: object, expect = 200): Call => ({
    ...{ kind: `POST ${path}`, method: 'POST', path: api + path, body, expect },
  });
  const withSession = (user: User<Id>) => knownOf(user).refreshToken !== null;

  async function register(arrival: Arrival): Promise<void> {
    const email = `${name}.${Math.floor(random.next() * 2 ** 48).toString(36)}@load.example.com`;
    const password = `password-${random.int(1, 1e9)}`;
    const outcome = await arrival.write(
      { name: 'registration', key: email, value: (body) => (body as Registered<Id>).user.id },
      post('/auth/register', { email, password, [fields.fullName]: 'Somebody  New' }, 201),
    );
    if (outcome.is !== 'ok') return;
    const { access, refresh } = tokensIn(outcome.body);
    arrival.acknowledge({ name: 'session', key: digestOf(refresh) });
    const user = users.add((outcome.body as Registered<Id>).user.id, access);
    Object.assign(knownOf(user), { email, password, refreshToken: refresh });
  }

  async function login(arrival: Arrival): Promise<void> {
    const user = users.writer((one) => knownOf(one).email !== null);
    // At the very start nobody's address is known yet.
    if (!user) return await look(arrival);
    await exclusively(user, async () => {
      const { email, password } = knownOf(user);
      const outcome = await arrival.send(post('/auth/login', { email, password }));
      if (outcome.is === 'ok') take(arrival, user, outcome.body);
    });
  }

  async function goOn(arrival: Arrival): Promise<void> {
    const user = users.writer(withSession);
    if (!user) return;
    await exclusively(user, async () => {
      const kind = 'POST /auth/refresh';
      const from = knownOf(user).refreshToken!;
      const outcome = await arrival.send(post('/auth/refresh', { [fields.refresh]: from }));
      if (outcome.is === 'refused')
        violate({ kind, user: user.id, expected: '200', got: String(outcome.status) });
      // It may have been exchanged although the answer was lost.
      if (exchanges && outcome.is !== 'ok') knownOf(user).refreshToken = null;
      if (outcome.is !== 'ok') return;
      const { access, refresh: to } = tokensIn(outcome.body);
      if (exchanges) {
        take(arrival, user, outcome.body);
        if (to !== from) arrival.acknowledge({ name: 'logout', key: digestOf(from) });
      } else {
        user.accessToken = access;
        if (to !== from) violate({ kind, user: user.id, expected: 'the same', got: 'another' });
      }
    });
  }

  async function logout(arrival: Arrival): Promise<void> {
    const user = users.writer(withSession);
    if (!user) return;
    await exclusively(user, async () => {
      const token = knownOf(user).refreshToken!;
      knownOf(user).refreshToken = null;
      const call = post('/auth/logout', { [fields.refresh]: token }, endedBy);
      await arrival.write({ name: 'logout', key: digestOf(token) }, call);
    });
  }

  function take(arrival: Arrival, user: User<Id>, body: unknown): void {
    const { access, refresh } = tokensIn(body);
    user.accessToken = access;
    knownOf(user).refreshToken = refresh;
    arrival.acknowledge({ name: 'session', key: digestOf(refresh) });
  }

  function tokensIn(body: unknown): { access: string; refresh: string } {
    const given = body as Record<string, string>;
    return { access: given[fields.access]!, refresh: given[fields.refresh]! };
  }

  return [
    { weight: 10, run: register },
    { weight: 12, run: login },
    { weight: 12, run: goOn },
    { weight: 4, run: logout },
  ];
}

type Registered<Id> = { user: { id: Id } };

const FIELDS = {
  snake_case: { access: 'access_token', refresh: 'refresh_token', fullName: 'full_name' },
  camelCase: { access: 'accessToken', refresh: 'refreshToken', fullName: 'fullName' },
} as const;
