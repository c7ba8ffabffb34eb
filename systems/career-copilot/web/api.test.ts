import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { logInFeed } from '@banyan/notifications';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { type GatewayDouble, startGatewayDouble } from '../kit/testing/gateway.ts';
import { until } from '../kit/testing/until.ts';
import { createMonolith } from '../monolith/app.ts';
import { connect, createTables } from '../monolith/database.ts';
import { notifications } from '../services/notifications/main.ts';
import { variables } from '../services/notifications/testing/start.ts';
import { OF_PAGES } from './server/headers.ts';
import { createApi } from './src/api/client.ts';
import { ApiError } from './src/api/errors.ts';
import { type EventsState, readServerEvents, type ServerEvent } from './src/api/server-events.ts';

/** The client against the monolith and against a service, as they answer. */

let gateway: GatewayDouble;
let service: Awaited<ReturnType<typeof notifications.start>>;
let closeMonolith = async () => {};
let monolithUrl: string;

before(async () => {
  const pool = connect(await (await testServer()).database('legacy'));
  await createTables(pool);
  const settings = {
    jwtSecret: 'long enough for a test, this one',
    bcryptCost: 4,
    accessTokenSeconds: 60,
    refreshTokenDays: 1,
  };
  const monolith = await createMonolith(pool, settings);
  closeMonolith = async () => {
    await monolith.close();
    await pool.end();
  };
  monolithUrl = await monolith.listen({ port: 0, host: '127.0.0.1' });
  gateway = await startGatewayDouble();
  service = await notifications.start(await variables({ API_URL: gateway.url }));
});
after(async () => {
  await Promise.all([closeMonolith(), service?.close()]);
  gateway?.close();
});

function apiAt(baseUrl: string, token?: string) {
  const fetchAs = (request: Request) => {
    if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
    return fetch(request);
  };
  return createApi({ fetch: fetchAs, isOnline: () => true, now: Date.now, baseUrl });
}

async function refusal(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => assert.fail('it was answered'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

describe('the client of the public API', () => {
  it('reads what the monolith says, and whom it has just made', async () => {
    const body = { email: 'ada@example.com', password: 'correct horse', full_name: 'Ada' };
    const open = apiAt(monolithUrl);
    const { user, access_token } = await open.call('POST /api/v1/auth/register', { body });
    assert.equal(user.full_name, 'Ada');
    const me = await apiAt(monolithUrl, access_token).call('GET /api/v1/users/me', {});
    assert.equal(me.email, 'ada@example.com');
    const jobs = await open.call('GET /api/v1/jobs', { params: { query: { q: 'ä & b', limit: 5 } } });
    assert.deepEqual([jobs.jobs, jobs.limit], [[], 5]);
    assert.equal((await refusal(open.call('POST /api/v1/auth/register', { body }))).code, 'EMAIL_TAKEN');
  });

  it('tells its refusals by code and field', async () => {
    const open = apiAt(monolithUrl);
    const missing = await refusal(open.call('GET /api/v1/jobs/{id}', { params: { path: { id: 1 } } }));
    assert.deepEqual([missing.code, missing.status], ['JOB_NOT_FOUND', 404]);
    assert.equal((await refusal(open.call('GET /api/v1/users/me', {}))).code, 'NOT_AUTHENTICATED');
    const body = { email: 'nobody', password: 'short' } as never;
    const { code, fields } = await refusal(open.call('POST /api/v1/auth/register', { body }));
    assert.equal(code, 'INVALID_REQUEST');
    assert.deepEqual(fields, [{ in: 'body', path: ['full_name'], keyword: 'required', limit: null }]);
  });

  it('tells what nobody has from what is not there, at the monolith and at a service', async () => {
    const heard: [string, boolean][] = [];
    const at = async (url: string, call: (api: ReturnType<typeof apiAt>) => Promise<unknown>) => {
      const api = apiAt(url, gateway.token(7));
      api.onAnswer((operation, isThere) => heard.push([operation, isThere]));
      return (await refusal(call(api))).code;
    };
    const search = (api: ReturnType<typeof apiAt>) =>
      api.call('GET /api/v1/jobs/search', { params: { query: { q: 'x' } } });
    const feed = (api: ReturnType<typeof apiAt>) =>
      api.call('PUT /api/v1/notifications/feed/{id}/read', { params: { path: { id: 'n1' } } });
    // It takes `search` for the id of a job.
    assert.equal(await at(monolithUrl, search), 'NO_SUCH_ROUTE');
    assert.equal(await at(monolithUrl, feed), 'NO_SUCH_ROUTE');
    assert.equal(await at(service.url, search), 'NO_SUCH_ROUTE');
    assert.equal(await at(service.url, feed), 'NOTIFICATION_NOT_FOUND');
    assert.deepEqual(
      heard.map(([, isThere]) => isThere),
      [false, false, false, true],
    );
  });

  it('reads problem documents, with their number for the log', async () => {
    const api = apiAt(service.url, gateway.token(7));
    const body = { time_zone: 'Europe/Nowhere' };
    const zone = await refusal(api.call('PUT /api/v1/notifications/preferences', { body }));
    assert.deepEqual([zone.code, typeof zone.requestId], ['BAD_TIME_ZONE', 'string']);
    const tooLong = { locale: 'x'.repeat(40) };
    const { fields } = await refusal(api.call('PUT /api/v1/notifications/preferences', { body: tooLong }));
    assert.deepEqual(fields, [{ in: 'body', path: ['locale'], keyword: 'maxLength', limit: 35 }]);
    const forAdmins = await refusal(api.call('GET /api/v1/notifications/templates', {}));
    assert.equal(forAdmins.code, 'FORBIDDEN');
  });

  it('shows administrators mails in no styles but those that the policy of the pages lets in', async () => {
    const api = apiAt(service.url, gateway.token(1, 'admin'));
    const path = { kind: 'news', locale: 'en' } as const;
    const preview = 'POST /api/v1/notifications/templates/{kind}/{locale}/preview';
    const { html } = await api.call(preview, { params: { path }, body: { time_zone: 'UTC' } });
    const styles = [...html.matchAll(/style="([^"]*)"/g)].map(([, style]) => style!);
    assert.equal(new Set(styles).size, 6);
    for (const style of styles) {
      const hash = createHash('sha256').update(style).digest('base64');
      assert.ok(OF_PAGES['content-security-policy'].includes(`'sha256-${hash}'`), style);
    }
  });

  it('gives up on an answer that does not come, and says of a write that nobody knows', async () => {
    const never = createApi({
      fetch: ({ signal }) =>
        new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      isOnline: () => true,
      now: Date.now,
      baseUrl: monolithUrl,
    });
    const inATick = { timeoutMs: 1 };
    assert.equal((await refusal(never.call('GET /api/v1/jobs', {}, inATick))).code, 'TIMED_OUT');
    const write = never.call('PUT /api/v1/notifications/read-all', {}, inATick);
    assert.equal((await refusal(write)).code, 'OUTCOME_UNKNOWN');
    await assert.rejects(never.call('GET /api/v1/jobs', {}, { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });
});

describe('a stream of events', () => {
  it('goes on where it was when it was cut, and ends where it is refused', async () => {
    const told = async (id: number) =>
      await withTransaction(service.pool, async (tx) => {
        await tx.query(
          `INSERT INTO notifications (id, user_id, kind, title, body, created_at) VALUES ($1, 9, 'status_changed', 'T', 'B', now())`,
          [id],
        );
        await logInFeed(tx, 9, `n${id}`);
      });
    const seen: ServerEvent[] = [];
    const states: EventsState['is'][] = [];
    const end = new AbortController();
    let cut = new AbortController();
    const reading = readServerEvents(`${service.url}/api/v1/notifications/stream`, {
      fetch: (request) => {
        request.headers.set('authorization', `Bearer ${gateway.token(9)}`);
        return fetch(new Request(request, { signal: AbortSignal.any([request.signal, cut.signal]) }));
      },
      onEvent: (event) => seen.push(event),
      onState: ({ is }) => states.push(is),
      // What is told while nobody listens is not lost.
      wait: async () => {
        cut = new AbortController();
        await told(2);
      },
      signal: end.signal,
    });
    await until(() => states.includes('open'));
    await told(1);
    await until(() => seen.length === 1);
    cut.abort();
    await until(() => seen.length === 2);
    end.abort();
    await reading;
    assert.deepEqual(
      seen.map(({ data }) => JSON.parse(data).id),
      ['n1', 'n2'],
    );
    assert.deepEqual(states, ['connecting', 'open', 'waiting', 'connecting', 'open']);

    // Nobody has it at the monolith, and without a token it is refused.
    const reasons: (string | undefined)[] = [];
    let url = monolithUrl;
    await readServerEvents('http://gateway.example/api/v1/notifications/stream', {
      fetch: (request) => fetch(new Request(url + new URL(request.url).pathname, request)),
      onEvent: () => {},
      onState: (state) => {
        if ('error' in state) reasons.push(`${state.is}: ${state.error?.status}`);
      },
      wait: async () => {
        url = service.url;
      },
      signal: new AbortController().signal,
    });
    assert.deepEqual(reasons, ['waiting: 404', 'over: 401']);
  });
});
