/** Whom an access token names, as the API that gave it out says; nobody is trusted by it but the page that shows a name. */
export type SessionUser = { id: number; role: string };

/** A moment by both clocks that a page has: the first stands still while some machines sleep, the second can be set by hand. */
export type Moment = { monotonicMs: number; wallMs: number };

export type AccessToken = {
  token: string;
  user: SessionUser;
  /** When it came. The server's own clock is not asked: it says how long the token is good from here on. */
  receivedAt: Moment;
  lifeMs: number;
};

/** What POST /session and its like answer; null: something else. */
export function accessTokenIn(answer: unknown, receivedAt: Moment): AccessToken | null {
  const { access_token: token, expires_in: seconds } = (answer ?? {}) as Record<string, unknown>;
  if (typeof token !== 'string' || typeof seconds !== 'number' || !(seconds > 0)) return null;
  const user = userOf(token);
  return user && { token, user, receivedAt, lifeMs: seconds * 1_000 };
}

/** How much longer it is good, by whichever clock says less; a device that was asleep or set forward asks early, never late. */
export function leftMs({ receivedAt, lifeMs }: AccessToken, now: Moment): number {
  const passed = Math.max(0, now.monotonicMs - receivedAt.monotonicMs, now.wallMs - receivedAt.wallMs);
  return Math.max(0, lifeMs - passed);
}

/** In how long the next is to be asked for: in the last quarter of its life, so that there is time for some failures. 0: now. */
export function refreshInMs(token: AccessToken, now: Moment): number {
  return Math.max(0, leftMs(token, now) - token.lifeMs / 4);
}

/** Of a JSON Web Token, unverified; monolith and auth service name people by the same numbers. */
function userOf(token: string): SessionUser | null {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { sub, role } = JSON.parse(atob(payload)) as Record<string, unknown>;
    const id = Number(sub);
    return Number.isSafeInteger(id) && id > 0 ? { id, role: typeof role === 'string' ? role : 'user' } : null;
  } catch {
    return null;
  }
}
