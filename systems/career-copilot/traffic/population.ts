import { createHmac } from 'node:crypto';
import { LEGACY_ISSUER } from '../kit/tokens.ts';
import { demoPassword, demoRefreshToken, isActive } from '../monolith/generate.ts';
import type { Random } from '../monolith/generator/random.ts';

/** One logged-in person, with all that is known of what the system has promised them. */
export type User = {
  id: number;
  accessToken: string | null;
  refreshToken: string | null;
  /** Known once the profile was read. */
  email: string | null;
  password: string;
  passwordChanges: number;
  /** Profile changes sent, acknowledged, and the newest that anybody has seen. */
  sent: number;
  acknowledged: number;
  seen: number;
  /** A write is on its way: no other may start, so that their order is known. */
  busy: boolean;
  /** A write ended without a clear answer and may still take effect: no more writes for this one. */
  unclear: boolean;
};

export type Population = {
  /** Anybody; one of the hot few in most cases, as with real people. */
  any(): User;
  /** Somebody without a write on its way, undefined if there is nobody (nearly never). */
  writer(accept?: (user: User) => boolean): User | undefined;
  /** Somebody who has just written, else anybody: the one who would notice an old value. */
  reader(): User;
  /** Remembers that this one has just written. */
  wrote(user: User): void;
  /** Somebody who registered and has not come back yet. */
  newcomer(): User | undefined;
  add(user: User): void;
  token(user: User): string;
};

const HOT_SHARE = 0.8;
const HOT_SIZE = 2000;
const TOKEN_SECONDS = 86_400;
const RECENT = 200;

/** The generated users `1..count` that are active. Tokens are minted with the legacy secret: they logged in before. */
export function createPopulation(random: Random, count: number, jwtSecret: string): Population {
  const users: User[] = [];
  for (let id = 1; id <= count; id++) if (isActive(id)) users.push(veteran(id));
  const hot = Math.min(HOT_SIZE, users.length);
  const recent: User[] = [];
  const newcomers: User[] = [];
  const any = () => users[random.int(0, (random.chance(HOT_SHARE) ? hot : users.length) - 1)]!;
  return {
    any,
    writer: (accept = () => true) => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const user = any();
        if (!user.busy && !user.unclear && accept(user)) return user;
      }
      return undefined;
    },
    reader: () => (random.chance(0.5) ? recent.shift() : undefined) ?? any(),
    wrote: (user) => {
      recent.push(user);
      if (recent.length > RECENT) recent.shift();
    },
    newcomer: () => newcomers.shift(),
    add: (user) => {
      users.push(user);
      newcomers.push(user);
    },
    token: (user) => {
      user.accessToken ??= mint(user.id, jwtSecret);
      return user.accessToken;
    },
  };
}

function veteran(id: number): User {
  return {
    id,
    accessToken: null,
    refreshToken: id % 10 === 0 ? null : demoRefreshToken(id),
    email: null,
    password: demoPassword(id),
    passwordChanges: 0,
    sent: 0,
    acknowledged: 0,
    seen: 0,
    busy: false,
    unclear: false,
  };
}

/** An access token as the legacy system makes them. */
function mint(id: number, secret: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { role: 'user', iss: LEGACY_ISSUER, sub: String(id), iat: now, exp: now + TOKEN_SECONDS };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
