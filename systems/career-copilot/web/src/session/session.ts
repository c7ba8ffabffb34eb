import {
  type AccessToken,
  accessTokenIn,
  leftMs,
  type Moment,
  refreshInMs,
  type SessionUser,
} from './access-token.ts';
import { ATTEMPT_MS, type Outcome, outcomeOf, waitMs } from './refresh-attempt.ts';
import { messageOf, readMessage } from './tab-messages.ts';

export type SessionState =
  /** Not known yet: the page has just been opened. */
  { status: 'starting' } | { status: 'in'; user: SessionUser } | { status: 'out'; reason: OutReason };

/**
 * Why nobody is logged in: never was (null), by their own wish, here or in another tab, because the session is over, or because
 * another tab has logged somebody else in, as whom this one must not go on unasked.
 */
export type OutReason = null | 'logged-out' | 'ended' | 'somebody-else';

export type Credentials = { email: string; password: string; code?: string };
export type NewAccount = { email: string; password: string; full_name: string };

/** `refused`: the API's answer, which says why. */
export type LogInResult = { ok: true; user: SessionUser } | { ok: false; refused: Response };

export type Session = {
  state(): SessionState;
  subscribe(listener: () => void): () => void;
  /** Finds out whether this browser is logged in. Afterwards, and after `somebody-else`, goes on as whoever is. */
  resume(): Promise<void>;
  /** Rejects when there is no answer; whether the account exists then, the next attempt tells. */
  logIn(credentials: Credentials): Promise<LogInResult>;
  register(account: NewAccount): Promise<LogInResult>;
  /** Of all tabs. This browser is logged out whatever comes of it; false: the server could not be told. */
  logOut(): Promise<boolean>;
  /**
   * `fetch` with the access token of whoever is logged in: waits for the next one where it has run out, and where the answer is 401
   * asks for another and repeats once, since what was refused was not done. Rejects as `fetch` does, also when no token can be had.
   *
   * @param send sends in place of `fetch`, e.g. tells how far it is
   */
  fetch(
    input: Parameters<typeof fetch>[0],
    init?: RequestInit,
    send?: (request: Request) => Promise<Response>,
  ): Promise<Response>;
  /** Looks again at what may have passed unseen: after sleep, back online, out of the cache of pages. */
  wake(): void;
};

/** What a session needs of its browser. */
export type SessionParts = {
  fetch: typeof fetch;
  now(): Moment;
  /** Calls back after `ms`; returns a function that cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Runs one at a time over all tabs, or at least in this one. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  channel: { send(message: unknown): void; listen(receive: (message: unknown) => void): void };
};

/** How long a request waits for a token, ms, before it fails as it would without network. */
const TOKEN_WAIT_MS = 20_000;
/** How long somebody waits to be logged in or out: longer than the server gives itself, ms. */
const ANSWER_MS = 35_000;
const PATH = '/session';

/** One tab's part of the session that all tabs of a browser share. The access token is in this closure and nowhere else. */
export function createSession({ fetch, now, after, alone, channel }: SessionParts): Session {
  let state: SessionState = { status: 'starting' };
  let access: AccessToken | null = null;
  /** As whom this tab has been used. */
  let owner: number | null = null;
  let refreshing: Promise<void> | null = null;
  let failures = 0;
  let cancelTimer = () => {};
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();

  const become = (next: SessionState) => {
    state = next;
    for (const listener of [...listeners]) listener();
    for (const resolve of [...waiting]) resolve();
  };

  const enter = (token: AccessToken) => {
    access = token;
    owner = token.user.id;
    failures = 0;
    schedule(refreshInMs(token, now()));
    const { user } = token;
    // A new token of the same person is no news to the page.
    if (state.status === 'in' && state.user.id === user.id && state.user.role === user.role)
      for (const resolve of [...waiting]) resolve();
    else become({ status: 'in', user });
  };

  const leave = (reason: OutReason) => {
    access = null;
    cancelTimer();
    if (state.status !== 'out' || state.reason !== reason) become({ status: 'out', reason });
  };

  /** Goes on with a token that nobody asked for here: only as whom this tab has been used. */
  const goOn = (token: AccessToken) => {
    if (owner !== null && owner !== token.user.id) leave('somebody-else');
    else enter(token);
  };

  const schedule = (ms: number) => {
    cancelTimer();
    cancelTimer = after(ms, () => void refresh());
  };

  const tellTabs = () => channel.send(messageOf(access, access === null ? 0 : leftMs(access, now())));

  /** Asks for the next token, unless there is one that is good for long enough. */
  const refresh = (): Promise<void> => {
    refreshing ??= alone(async () => {
      // Another tab may have asked while this one waited for its turn.
      if (access === null || refreshInMs(access, now()) === 0) await take(await attempt());
    }).finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  /** A token was refused before its time: it is worth nothing, whatever the clock says. */
  const replace = async (refused: AccessToken) => {
    await refreshing;
    if (access !== refused) return;
    access = { ...refused, lifeMs: 0 };
    await refresh();
  };

  const attempt = async (): Promise<Outcome> => {
    try {
      const response = await send('POST', `${PATH}/refresh`, {}, AbortSignal.timeout(ATTEMPT_MS));
      const body = response.status === 200 ? await response.json() : null;
      return outcomeOf(response.status, response.headers.get('retry-after'), body);
    } catch {
      return { is: 'failed', retryAfterMs: null };
    }
  };

  const take = async (outcome: Outcome) => {
    const token = outcome.is === 'tokens' ? accessTokenIn(outcome.body, now()) : null;
    if (token !== null) {
      goOn(token);
      if (access === token) tellTabs();
    } else if (outcome.is === 'ended') {
      if (state.status !== 'out') leave(owner === null ? null : 'ended');
    } else {
      failures += 1;
      schedule(waitMs(failures, outcome.is === 'failed' ? outcome.retryAfterMs : null));
    }
  };

  const send = (method: string, path: string, body: object | null, signal: AbortSignal) =>
    fetch(path, {
      method,
      // What the server has begun goes on when the page is left: its answer brings the next cookie.
      keepalive: true,
      signal,
      ...(body === null
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });

  const begin = (path: string, body: object): Promise<LogInResult> =>
    alone(async () => {
      const response = await send('POST', path, body, AbortSignal.timeout(ANSWER_MS));
      if (!response.ok) return { ok: false, refused: response };
      const token = accessTokenIn(await response.json(), now());
      if (token === null) throw new TypeError('The answer to a login names nobody');
      enter(token);
      tellTabs();
      return { ok: true, user: token.user };
    });

  const isGood = (token: AccessToken | null): token is AccessToken =>
    token !== null && leftMs(token, now()) > 0;

  /** What to send now; null: nobody is logged in. Rejects when it cannot be had in time. */
  const currentToken = async (): Promise<AccessToken | null> => {
    if (state.status !== 'out' && !isGood(access)) {
      void refresh();
      await settled();
    }
    return access;
  };

  /** Resolves when there is a token, or nobody is logged in; rejects when that takes too long. */
  const settled = () =>
    new Promise<void>((resolve, reject) => {
      const done = (end: () => void) => {
        waiting.delete(look);
        cancel();
        end();
      };
      const look = () => {
        if (state.status === 'out' || isGood(access)) done(resolve);
      };
      const cancel = after(TOKEN_WAIT_MS, () =>
        done(() => reject(new TypeError('No access token can be had'))),
      );
      waiting.add(look);
      look();
    });

  channel.listen((data) => {
    const message = readMessage(data, now());
    if (message?.kind === 'in' && !(state.status === 'out' && state.reason === 'somebody-else'))
      goOn(message.token);
    if (message?.kind === 'out' && state.status === 'in') leave('logged-out');
  });

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    resume: async () => {
      if (state.status === 'out') {
        owner = null;
        become({ status: 'starting' });
      }
      await refresh();
    },
    logIn: (credentials) => begin(PATH, credentials),
    register: (account) => begin(`${PATH}/registration`, account),
    logOut: () =>
      alone(async () => {
        leave('logged-out');
        owner = null;
        tellTabs();
        const answer = await send('DELETE', PATH, null, AbortSignal.timeout(ANSWER_MS)).catch(() => null);
        return answer?.ok === true;
      }),
    fetch: async (input, init, send = fetch) => {
      const request = new Request(input, init);
      const token = await currentToken();
      const answer = await send(withToken(request.clone(), token));
      if (answer.status !== 401 || token === null) return answer;
      await replace(token);
      // A write of one person is never repeated as another's.
      if (!isGood(access) || access.user.id !== token.user.id) return answer;
      await answer.body?.cancel();
      return await send(withToken(request, access));
    },
    wake: () => {
      if (state.status === 'starting' || (access !== null && refreshInMs(access, now()) === 0))
        void refresh();
    },
  };
}

function withToken(request: Request, access: AccessToken | null): Request {
  if (access !== null) request.headers.set('authorization', `Bearer ${access.token}`);
  return request;
}
