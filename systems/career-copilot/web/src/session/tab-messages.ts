import { type AccessToken, accessTokenIn, type Moment } from './access-token.ts';

/** What tabs of one browser tell each other of their common session. */
export type TabMessage = { kind: 'in'; token: AccessToken } | { kind: 'out' };

/** As it is sent. How long the token is good is said anew, since the other tab's clock begins elsewhere. */
export function messageOf(token: AccessToken | null, leftMs: number): unknown {
  return token === null
    ? { kind: 'out' }
    : { kind: 'in', access_token: token.token, expires_in: leftMs / 1_000 };
}

/** What was received; null: nothing that is understood here, say of another version. */
export function readMessage(data: unknown, now: Moment): TabMessage | null {
  const { kind } = (data ?? {}) as { kind?: unknown };
  if (kind === 'out') return { kind };
  const token = kind === 'in' ? accessTokenIn(data, now) : null;
  return token && { kind: 'in', token };
}
