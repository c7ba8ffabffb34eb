import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Fastify from 'fastify';
import { Type } from 'typebox';
import { answerErrors } from '../http/answers.ts';
import { problemAnswer, ServiceError } from '../http/errors.ts';
import type { ServiceApp, TypeBoxTypeProvider } from '../http/types.ts';
import { serviceClient } from './client.ts';
import { CallError } from './errors.ts';
import { implement } from './implement.ts';
import { operation } from './operation.ts';
import { callScope, carryScope, DEADLINE_HEADER, readDeadline, remainingMs } from './scope.ts';

const operations = {
  double: operation({
    service: 'sums',
    method: 'GET',
    path: '/double/:value',
    params: Type.Object({ value: Type.Integer() }),
    answer: Type.Object({ value: Type.Integer() }),
  }),
  note: operation({
    service: 'sums',
    method: 'POST',
    path: '/notes',
    body: Type.Object({ text: Type.String({ minLength: 1 }) }),
  }),
  patience: operation({
    service: 'sums',
    method: 'GET',
    path: '/patience',
    answer: Type.Object({ ms: Type.Number(), authorization: Type.Optional(Type.String()) }),
  }),
  ask: operation({
    service: 'sums',
    method: 'POST',
    path: '/ask',
    body: Type.Object({}),
    answer: Type.Object({ ms: Type.Number(), authorization: Type.Optional(Type.String()) }),
  }),
};

let app: ServiceApp;
let url: string;
let calls: ReturnType<typeof serviceClient<typeof operations>>;
const notes: string[] = [];

before(async () => {
  app = Fastify().withTypeProvider<TypeBoxTypeProvider>() as unknown as ServiceApp;
  answerErrors(app, problemAnswer);
  carryScope(app);
  implement(app, operations, {
    double: ({ params }) => {
      if (params.value < 0) throw new ServiceError('NEGATIVE', 422, 'Not below zero.');
      return { value: params.value * 2 };
    },
    note: ({ body }) => {
      notes.push(body.text);
    },
    patience: () => ({ ms: remainingMs() ?? -1, authorization: callScope()?.authorization }),
    // A service that calls a service: here itself.
    ask: async () => await calls.patience(),
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  calls = serviceClient(operations, { baseUrls: { sums: [url] } });
});

after(async () => {
  await calls[Symbol.asyncDispose]();
  await app.close();
});

describe('an operation', () => {
  it('stated once is served and called', async () => {
    assert.deepEqual(await calls.double({ params: { value: 21 } }), { value: 42 });
    assert.equal(await calls.note({ body: { text: 'x' } }), undefined);
    assert.deepEqual(notes, ['x']);
  });

  it('is validated, and its errors arrive with their codes', async () => {
    const refused = await calls.note({ body: { text: '' } }).catch((error: unknown) => error);
    assert.ok(refused instanceof CallError);
    assert.equal(refused.problem?.code, 'INVALID_REQUEST');
    const negative = await calls.double({ params: { value: -1 } }).catch((error: unknown) => error);
    assert.ok(negative instanceof CallError);
    assert.deepEqual(
      [negative.code, negative.problem?.code, negative.problem?.status],
      ['REFUSED', 'NEGATIVE', 422],
    );
  });
});

describe('the deadline of a caller', () => {
  it('and its token reach the service behind the service, with less time left', async () => {
    const response = await fetch(`${url}/ask`, {
      method: 'POST',
      headers: {
        [DEADLINE_HEADER]: '60000',
        authorization: 'Bearer of-the-user',
        'content-type': 'application/json',
      },
      body: '{}',
    });
    const { ms, authorization } = (await response.json()) as { ms: number; authorization: string };
    assert.ok(ms > 0 && ms < 60_000, `${ms}`);
    assert.equal(authorization, 'Bearer of-the-user');
  });

  it('that has passed is answered by 504, and nothing is begun', async () => {
    const response = await fetch(`${url}/notes`, {
      method: 'POST',
      headers: { [DEADLINE_HEADER]: '0', 'content-type': 'application/json' },
      body: '{"text":"late"}',
    });
    assert.equal(response.status, 504);
    assert.equal(((await response.json()) as { code: string }).code, 'DEADLINE_PASSED');
    assert.ok(!notes.includes('late'));
  });

  it('is read as a whole number of milliseconds and nothing else', () => {
    assert.equal(readDeadline('250'), 250);
    for (const odd of [undefined, '', '-1', '1.5', '1e3', 'soon', '99999999', ['1', '2']]) {
      assert.equal(readDeadline(odd as string), undefined, String(odd));
    }
  });

  it('when an error of a called service is not caught, names the service and nothing of its answer', async () => {
    const closed = serviceClient(operations, { baseUrls: { sums: [] } });
    const error = await closed.patience().catch((reason: unknown) => reason);
    const { status, body } = problemAnswer(error, 'r-1');
    assert.equal(status, 503);
    assert.deepEqual((body as { code: string; service: string }).service, 'sums');
    await closed[Symbol.asyncDispose]();
  });
});
