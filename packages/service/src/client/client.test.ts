import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { Type } from 'typebox';
import { type ClientOptions, serviceClient } from './client.ts';
import { CallError, type CallErrorCode } from './errors.ts';
import { operation } from './operation.ts';
import { DEADLINE_HEADER, inCallScope } from './scope.ts';

const User = Type.Object({ id: Type.Integer(), name: Type.String() });
const operations = {
  getUser: operation({
    service: 'users',
    method: 'GET',
    path: '/users/:id',
    params: Type.Object({ id: Type.Union([Type.Integer(), Type.String()]) }),
    query: Type.Object({ fields: Type.Optional(Type.Array(Type.String())) }),
    answer: User,
  }),
  addUser: operation({
    service: 'users',
    method: 'POST',
    path: '/users',
    body: Type.Object({ name: Type.String() }),
    answer: User,
  }),
  forgetAll: operation({ service: 'users', method: 'DELETE', path: '/users' }),
};

const ann = { id: 7, name: 'Ann' };
const input = { params: { id: 7 }, query: {} };
const cleanUps: (() => unknown)[] = [];
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A users service whose answers the test decides, with a record of what it was asked. */
async function aService(answer: Answering = (_request, response) => json(response, 200, ann)) {
  const asked: IncomingMessage[] = [];
  const service = { answer, asked, url: '', stop: () => stop(server) };
  const server = createServer((request, response) => {
    asked.push(request);
    service.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cleanUps.push(() => stop(server));
  return service;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function json(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function aClient(
  urls: string[],
  options: Omit<ClientOptions<typeof operations>, 'discovery' | 'baseUrls'> = {},
) {
  const client = serviceClient(operations, { baseUrls: { users: urls }, ...options });
  cleanUps.push(() => client[Symbol.asyncDispose]());
  return client;
}

async function failure(promise: Promise<unknown>, code: CallErrorCode): Promise<CallError> {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CallError, String(error));
  assert.equal(error.code, code, error.reason);
  return error;
}

const noRetry = { retry: { attempts: 1 } };

describe('a call', () => {
  it('sends what the contract says and gives the answer', async () => {
    const service = await aService();
    const calls = aClient([service.url]);
    const answer = await calls.getUser({ params: { id: 'a b/ü' }, query: { fields: ['x', 'y&z'] } });
    assert.deepEqual(answer, ann);
    const [asked] = service.asked;
    assert.deepEqual([asked!.method, asked!.url], ['GET', '/users/a%20b%2F%C3%BC?fields=x&fields=y%26z']);
  });

  it('without an answer in its contract gives none', async () => {
    const service = await aService((_request, response) => response.writeHead(204).end());
    assert.equal(await aClient([service.url]).forgetAll(), undefined);
  });

  it('never lets a parameter change which route is meant', async () => {
    const service = await aService();
    const calls = aClient([service.url]);
    for (const id of ['', '.', '..'])
      await failure(calls.getUser({ params: { id }, query: {} }), 'BAD_INPUT');
    assert.equal(service.asked.length, 0);
  });

  it('goes round the instances, and on to the next when one is gone', async () => {
    const [first, second] = [await aService(), await aService()];
    const calls = aClient([first.url, second.url]);
    for (let count = 0; count < 6; count++) await calls.getUser(input);
    assert.deepEqual([first.asked.length, second.asked.length], [3, 3]);
    await first.stop();
    for (let count = 0; count < 6; count++) assert.deepEqual(await calls.getUser(input), ann);
    assert.equal(second.asked.length, 9);
  });

  it('says UNAVAILABLE when nobody is there', async () => {
    await failure(aClient([]).getUser(input), 'UNAVAILABLE');
    await failure(aClient(['http://127.0.0.1:1']).getUser(input), 'UNAVAILABLE');
  });

  it('carries token, request id and time left of the request on whose behalf it is made', async () => {
    const service = await aService();
    const calls = aClient([service.url], { token: (service) => `of-this-service-for-${service}` });
    const scope = {
      deadlineAt: performance.now() + 60_000,
      authorization: 'Bearer of-the-user',
      requestId: 'r-1',
    };
    await inCallScope(scope, () => calls.getUser(input));
    const { headers } = service.asked[0]!;
    assert.equal(headers.authorization, 'Bearer of-the-user');
    assert.equal(headers['x-request-id'], 'r-1');
    const left = Number(headers[DEADLINE_HEADER]);
    assert.ok(left > 0 && left <= 60_000, `${left}`);
  });

  it('never lends this service’s own token to somebody who has none', async () => {
    const service = await aService();
    const calls = aClient([service.url], { token: (service) => `of-this-service-for-${service}` });
    const nobody = { deadlineAt: undefined, authorization: undefined, requestId: 'r-2' };
    await inCallScope(nobody, () => calls.getUser(input));
    await calls.getUser(input);
    assert.deepEqual(
      service.asked.map(({ headers }) => headers.authorization),
      [undefined, 'Bearer of-this-service-for-users'],
    );
  });

  it('does not begin when no time is left', async () => {
    const service = await aService();
    const scope = { deadlineAt: performance.now() - 1, authorization: undefined, requestId: undefined };
    await failure(
      inCallScope(scope, () => aClient([service.url]).getUser(input)),
      'DEADLINE',
    );
    assert.equal(service.asked.length, 0);
  });
});

describe('an answer', () => {
  it('that refuses is a typed error with the problem of the other service, and no retry', async () => {
    const problem = {
      type: 'urn:problem:no-user',
      status: 404,
      detail: 'No such user',
      code: 'NO_USER',
      id: 7,
    };
    const service = await aService((_request, response) =>
      json(response, 404, problem, 'application/problem+json'),
    );
    const error = await failure(aClient([service.url]).getUser(input), 'REFUSED');
    assert.deepEqual(error.problem, {
      status: 404,
      code: 'NO_USER',
      detail: 'No such user',
      members: problem,
    });
    assert.equal(service.asked.length, 1);
  });

  it('is not trusted: wrong shape, no JSON, wrong type, redirection, too large', async () => {
    const answers: Answering[] = [
      (_request, response) => json(response, 200, { id: 'seven', name: 'Ann' }),
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id"'),
      (_request, response) => json(response, 200, ann, 'text/html'),
      (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      (_request, response) => json(response, 200, { ...ann, name: 'x'.repeat(5_000) }),
    ];
    const service = await aService();
    const calls = aClient([service.url], { policy: { answerBytes: 2_000, breaker: { failures: 100 } } });
    for (const answer of answers) {
      service.answer = answer;
      await failure(calls.getUser(input), 'BAD_ANSWER');
    }
    assert.equal(service.asked.length, answers.length, 'not asked again');
  });

  it('that never ends is given up when it is too large', async () => {
    const service = await aService((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await failure(aClient([service.url], { policy: { answerBytes: 50_000 } }).getUser(input), 'BAD_ANSWER');
  });
});

describe('a retry', () => {
  const failFirst = (): Answering => {
    let count = 0;
    return (_request, response) => (count++ === 0 ? json(response, 503, {}) : json(response, 200, ann));
  };

  it('mends what passes, with the same idempotency key', async () => {
    const service = await aService(failFirst());
    const calls = aClient([service.url]);
    assert.deepEqual(await calls.getUser(input), ann);
    service.answer = failFirst();
    await calls.addUser({ body: { name: 'Ann' } }, { idempotencyKey: 'k-1' });
    const keys = service.asked.slice(2).map(({ headers }) => headers['idempotency-key']);
    assert.deepEqual(keys, ['k-1', 'k-1']);
  });

  it('of a POST without a key of its own is not made', async () => {
    const service = await aService(failFirst());
    await failure(aClient([service.url]).addUser({ body: { name: 'Ann' } }), 'UNAVAILABLE');
    assert.equal(service.asked.length, 1);
    assert.ok(service.asked[0]!.headers['idempotency-key']);
  });

  it('stays within the budget when everything fails', async () => {
    const service = await aService((_request, response) => json(response, 503, {}));
    const calls = aClient([service.url], {
      policy: {
        retryBudget: { ratio: 0.2, reserve: 2 },
        breaker: { failures: 10_000 },
        retry: { firstPauseMs: 1 },
      },
    });
    for (let count = 0; count < 100; count++) await failure(calls.getUser(input), 'UNAVAILABLE');
    const retries = service.asked.length - 100;
    assert.ok(retries > 0 && retries <= 22, `${retries} retries`);
  });
});

describe('a deadline', () => {
  it('ends a call that nobody answers, and the connection with it', async () => {
    let gone: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const service = await aService((_request, response) => response.on('close', gone));
    await failure(aClient([service.url]).getUser(input, { deadlineMs: 50 }), 'DEADLINE');
    await closed;
  });

  it('of one attempt leaves time for another', async () => {
    let count = 0;
    const service = await aService((_request, response) => {
      if (count++ > 0) json(response, 200, ann);
    });
    const calls = aClient([service.url], { policy: { timeoutMs: 50, deadlineMs: 30_000 } });
    assert.deepEqual(await calls.getUser(input), ann);
  });

  it('that its user cancels is CANCELLED', async () => {
    const abort = new AbortController();
    const service = await aService(() => abort.abort());
    const calls = aClient([service.url]);
    await failure(calls.getUser(input, { signal: abort.signal }), 'CANCELLED');
    await failure(calls.getUser(input, { signal: abort.signal }), 'CANCELLED');
    assert.equal(service.asked.length, 1);
  });
});

describe('the circuit', () => {
  const broken: Answering = (_request, response) => json(response, 500, { code: 'OOPS' });

  it('opens after five failures in a row, then refuses without asking', async () => {
    const service = await aService(broken);
    const calls = aClient([service.url], { policy: noRetry });
    for (let count = 0; count < 5; count++) await failure(calls.getUser(input), 'FAILED');
    const error = await failure(calls.getUser(input), 'CIRCUIT_OPEN');
    assert.deepEqual([error.status, error.headers['retry-after']], [503, '60']);
    assert.equal(service.asked.length, 5);
  });

  it('is set per service: three failures, and it closes when a trial after its time is good', async () => {
    const service = await aService(broken);
    const calls = aClient([service.url], {
      policy: noRetry,
      services: { users: { breaker: { failures: 3, openMs: 20 } } },
    });
    for (let count = 0; count < 3; count++) await failure(calls.getUser(input), 'FAILED');
    await failure(calls.getUser(input), 'CIRCUIT_OPEN');
    service.answer = (_request, response) => json(response, 200, ann);
    let answer: unknown;
    while (answer === undefined) answer = await calls.getUser(input).catch(() => undefined);
    assert.deepEqual(answer, ann);
    assert.deepEqual(await calls.getUser(input), ann);
  });

  it('stays closed for a service that refuses, or that was given no time', async () => {
    const service = await aService((_request, response) => json(response, 404, {}));
    const calls = aClient([service.url], { policy: noRetry });
    for (let count = 0; count < 10; count++) await failure(calls.getUser(input), 'REFUSED');
    service.answer = () => {};
    for (let count = 0; count < 10; count++) {
      await failure(calls.getUser(input, { deadlineMs: 2 }), 'DEADLINE');
    }
    service.answer = (_request, response) => json(response, 200, ann);
    assert.deepEqual(await calls.getUser(input), ann);
  });
});

describe('the bulkhead', () => {
  it('lets so many calls in, lets some wait, and refuses the rest at once', async () => {
    const held: ServerResponse[] = [];
    let full: () => void = () => {};
    const twoHeld = new Promise<void>((resolve) => {
      full = resolve;
    });
    const service = await aService((_request, response) => {
      held.push(response);
      if (held.length === 2) full();
      if (held.length > 2) json(response, 200, ann);
    });
    const calls = aClient([service.url], { policy: { ...noRetry, bulkhead: { calls: 2, waiting: 1 } } });
    const admitted = [1, 2, 3].map(() => calls.getUser(input));
    await twoHeld;
    await failure(calls.getUser(input), 'BULKHEAD_FULL');
    for (const response of held) json(response, 200, ann);
    assert.deepEqual(await Promise.all(admitted), [ann, ann, ann]);
  });

  it('does not keep a waiting call past its deadline', async () => {
    const service = await aService(() => {});
    const calls = aClient([service.url], { policy: { ...noRetry, bulkhead: { calls: 1, waiting: 1 } } });
    const abort = new AbortController();
    const first = failure(calls.getUser(input, { signal: abort.signal }), 'CANCELLED');
    await failure(calls.getUser(input, { deadlineMs: 30 }), 'DEADLINE');
    abort.abort();
    await first;
  });
});

describe('a fallback', () => {
  it('stands in for a service that is away, as a value or a function, but not for a refusal', async () => {
    const service = await aService((_request, response) => json(response, 404, {}));
    const nobody = aClient([], {
      fallback: {
        getUser: (error, { params }) => ({ id: Number(params.id), name: error.code }),
        addUser: { id: 0, name: '' },
      },
    });
    assert.deepEqual(await nobody.getUser(input), { id: 7, name: 'UNAVAILABLE' });
    assert.deepEqual(await nobody.addUser({ body: { name: 'x' } }), { id: 0, name: '' });
    const refused = aClient([service.url], { fallback: { getUser: ann } });
    await failure(refused.getUser(input), 'REFUSED');
  });
});

describe('metrics', () => {
  it('count calls by service, operation and outcome, and retries', async () => {
    const metrics = new Registry();
    const service = await aService((_request, response) => json(response, 404, {}));
    const calls = aClient([service.url], { metrics });
    aClient([service.url], { metrics });
    await failure(calls.getUser(input), 'REFUSED');
    service.answer = (_request, response) => json(response, 200, ann);
    await calls.getUser(input);
    const text = await metrics.metrics();
    for (const outcome of ['REFUSED', 'ok']) {
      assert.match(
        text,
        new RegExp(
          `client_call_duration_seconds_count\\{target="users",operation="getUser",outcome="${outcome}"\\} 1`,
        ),
      );
    }
    assert.match(text, /client_circuit_state\{target="users"\} 0/);
  });
});
