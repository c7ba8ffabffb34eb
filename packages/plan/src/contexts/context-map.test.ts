import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Taken } from '@banyan/service';
import fc from 'fast-check';
import { resolvePlan } from '../resolve/resolve.ts';
import { aPlan, aRoute, aService, aTable } from '../testing/plans.ts';
import type { Plan } from '../types.ts';
import { contextMap } from './context-map.ts';
import { WAYS } from './evidence.ts';

type Contexts = NonNullable<Plan['contexts']>;
type Ways = NonNullable<Contexts[string]['upstream']>[string]['by'];

/** `users` of the shop: auth makes its rows, users has columns of them. Orders are the monolith's. */
const mapOf = (contexts: Contexts, taken: Record<string, Taken[]> = {}, change: Partial<Plan> = {}) =>
  contextMap(resolvePlan(aPlan({ contexts, ...change })), new Map(Object.entries(taken)));
const takes = (name: string, ...by: Ways): Contexts[string] => ({
  upstream: { [name]: { relation: 'conformist', by } },
});
const call = (service: string, route: string): Taken => ({ by: 'call', service, name: 'ask', route });

describe('what the map allows is no contradiction:', () => {
  test('rows and columns of a table, events, commands and calls, each by its own way', () => {
    const { relations, contradictions } = mapOf(
      { auth: {}, users: takes('auth', 'events', 'commands', 'calls', 'tables') },
      {
        users: [
          call('auth', 'GET /auth/me'),
          { by: 'event', service: 'auth', name: 'UserRegistered' },
          { by: 'command', service: 'auth', name: 'SuspendUser' },
        ],
      },
    );
    assert.deepEqual(contradictions, []);
    assert.deepEqual(relations, [
      {
        downstream: 'users',
        upstream: 'auth',
        relation: 'conformist',
        by: ['events', 'commands', 'calls', 'tables'],
        evidence: [
          { by: 'events', what: 'UserRegistered', where: 'services.users.module' },
          { by: 'commands', what: 'SuspendUser', where: 'services.users.module' },
          { by: 'calls', what: 'ask', where: 'services.users.module' },
          { by: 'tables', what: 'public.users (rows)', where: 'services.users.tables[0]' },
        ],
      },
    ]);
  });

  test("what is a context's own, whoever else may have it too", () => {
    const own: Taken = { by: 'event', service: 'users', name: 'ProfileChanged' };
    const { relations, contradictions } = mapOf(
      { auth: { service: 'users' }, users: { service: 'auth', tables: ['users'] } },
      { users: [own, call('users', 'GET /users/me')] },
      { services: { auth: aPlan().services.auth!, users: aService('users') } },
    );
    assert.deepEqual([relations, contradictions], [[], []]);
  });
});

describe('a contradiction is noticed and told with its place and hint:', () => {
  for (const [way, taken] of [
    ['events', { by: 'event', service: 'auth', name: 'UserRegistered' }],
    ['commands', { by: 'command', service: 'auth', name: 'SuspendUser' }],
    ['calls', call('auth', 'GET /x')],
  ] as const) {
    test(`${way} that the map does not have, with a relation and without one`, () => {
      const [against, ...more] = mapOf(
        { auth: {}, users: takes('auth', 'tables') },
        { users: [taken] },
      ).contradictions;
      assert.deepEqual(more, []);
      assert.deepEqual(
        [against!.downstream, against!.upstream, against!.by, against!.what, against!.where],
        ['users', 'auth', way, [taken.name], ['services.users.module']],
      );
      assert.match(against!.message, /and the map has it take by tables only$/);
      assert.match(against!.hint, new RegExp(`^add '${way}' to contexts\\.users\\.upstream\\.auth\\.by`));
      const none = mapOf({ auth: takes('users', 'tables'), users: {} }, { users: [taken] }).contradictions;
      assert.ok(none.some(({ by, message }) => by === way && /no such relation/.test(message)));
    });
  }

  test('rows of a table that another service makes', () => {
    const [against] = mapOf({ auth: {}, users: takes('auth', 'events') }).contradictions;
    assert.deepEqual(
      [against!.message, against!.where],
      [
        'users shares the table public.users (rows) of auth, and the map has it take by events only',
        ['services.users.tables[0]'],
      ],
    );
  });

  test('columns that another service changes', () => {
    const reads = aTable('users', [], { rows: 'foreign' });
    reads.columns.push({ ...aTable('users', ['full_name']).columns[1]!, flow: 'forward' });
    const letters = aService('letters', { tables: [reads] });
    const { contradictions } = mapOf(
      { auth: {}, users: takes('auth', 'tables'), letters: takes('auth', 'tables') },
      {},
      { services: { ...aPlan().services, letters } },
    );
    assert.deepEqual(
      contradictions.map(({ downstream, upstream, what }) => [downstream, upstream, what]),
      [['letters', 'users', ['public.users (full_name)']]],
    );
  });

  test('rows that are written into the table of another context, in a service or in the monolith', () => {
    const { contradictions } = mapOf({
      auth: {},
      users: takes('auth', 'tables'),
      people: { tables: ['users'] },
    });
    assert.deepEqual(
      contradictions.map(({ downstream, upstream, by }) => [downstream, upstream, by]),
      [
        ['people', 'auth', 'tables'],
        ['users', 'people', 'tables'],
      ],
    );
  });

  test('rows of two services in one table, unless one of the two says so', () => {
    const rows = (name: string) =>
      aService(name, {
        tables: [aTable('mails', ['source'], { where: { column: 'source', in: [name] } })],
        routes: [aRoute(`GET /${name}`, 'token.sub')],
      });
    const services = { one: rows('one'), two: rows('two') };
    const between = (contexts: Contexts) =>
      mapOf(contexts, {}, { services }).contradictions.map(({ downstream, upstream }) => [
        downstream,
        upstream,
      ]);
    assert.deepEqual(between({ one: {}, two: {} }), [['two', 'one']]);
    assert.deepEqual(between({ one: takes('two', 'tables'), two: {} }), []);
    assert.deepEqual(between({ one: {}, two: takes('one', 'tables') }), []);
  });

  test('what nobody in the map has: an event, a table, a path', () => {
    const reads = aService('letters', { tables: [aTable('stamps', [], { rows: 'foreign' })] });
    const nobody = (contexts: Contexts) =>
      mapOf(
        contexts,
        { letters: [{ by: 'event', service: 'post', name: 'Sent' }, call('api', 'GET /post/offices/:id')] },
        { services: { letters: reads } },
      ).contradictions.map(({ upstream, what, hint }) => [upstream, what[0], hint]);
    assert.deepEqual(nobody({ letters: {} }), [
      [null, 'public.stamps (rows)', 'add the table to `tables` of the context whose rows they are'],
      [null, 'Sent', 'add the context whose service publishes it'],
      [null, 'ask', 'add the beginning of its path to `paths` of the context that answers it'],
    ]);
    const post = { tables: ['stamps'], paths: ['/post'] };
    assert.deepEqual(nobody({ post, letters: takes('post', 'events', 'calls', 'tables') }), []);
  });

  test('a service that is in no context', () => {
    const { contradictions } = mapOf({ auth: {} });
    assert.deepEqual(
      contradictions.map(({ where, by }) => [where, by]),
      [[['services.users'], null]],
    );
  });
});

describe('a call through the gateway', () => {
  const relationOf = (route: string) =>
    mapOf(
      {
        auth: { paths: ['/auth'] },
        users: {},
        orders: { paths: ['/orders'] },
        refunds: { paths: ['/orders/refunds/'] },
      },
      { auth: [call('api', route)] },
    ).relations.find(({ downstream }) => downstream === 'auth')?.upstream;

  test('is one of the service that has the route, whatever its parts are called', () => {
    assert.equal(relationOf('POST /users/:who/suspend'), 'users');
  });

  test('is else one of the context with the longest beginning of the path', () => {
    assert.equal(relationOf('GET /orders/:id'), 'orders');
    assert.equal(relationOf('GET /orders/refunds/:id'), 'refunds');
    assert.equal(relationOf('GET /ordersome'), undefined);
  });
});

test('a service whose module the plan does not name is told as not looked at', () => {
  const { unread } = mapOf({ auth: {}, users: takes('auth', 'tables') }, { auth: [] });
  assert.deepEqual(unread, ['users']);
});

test('a map that allows all that is seen, and no more, contradicts nothing; without any of it something does', () => {
  const names = ['auth', 'users', 'orders'];
  const anyTaken = fc.record({
    by: fc.constantFrom('event' as const, 'command' as const, 'call' as const),
    service: fc.constantFrom(...names),
    name: fc.string({ minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(anyTaken), fc.array(anyTaken), (auth, users) => {
      const seen = mapOf({ auth: {}, users: {}, orders: {} }, { auth, users });
      const contexts: Contexts = Object.fromEntries(
        names.map((name) => [
          name,
          {
            upstream: Object.fromEntries(
              seen.relations
                .filter(({ downstream }) => downstream === name)
                .map(({ upstream, evidence }) => [
                  upstream,
                  {
                    relation: 'partnership' as const,
                    by: WAYS.filter((way) => evidence.some(({ by }) => by === way)),
                  },
                ]),
            ),
          },
        ]),
      );
      assert.deepEqual(mapOf(contexts, { auth, users }).contradictions, []);
      for (const [name, { upstream = {} }] of Object.entries(contexts)) {
        for (const other of Object.keys(upstream)) {
          const { [other]: _, ...rest } = upstream;
          const { contradictions } = mapOf({ ...contexts, [name]: { upstream: rest } }, { auth, users });
          assert.ok(contradictions.every((one) => one.downstream === name && one.upstream === other));
          assert.ok(contradictions.length > 0);
        }
      }
    }),
    { numRuns: 50 },
  );
});
