import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPlan } from '../testing/plans.ts';
import type { Plan } from '../types.ts';
import { validatePlan } from './validate.ts';

type Contexts = NonNullable<Plan['contexts']>;

const told = (contexts: Contexts) => {
  const { errors, warnings } = validatePlan(aPlan({ contexts }));
  return [...errors, ...warnings].map(({ path, message, hint }) => `${path} ${message}; ${hint}`);
};
const takes = (...upstream: string[]) => ({
  upstream: Object.fromEntries(
    upstream.map((name) => [name, { relation: 'conformist' as const, by: ['events' as const] }]),
  ),
});

describe('a context map', () => {
  test('is right with the contexts of all services and of what is in the monolith', () => {
    assert.deepEqual(told({ auth: {}, users: takes('auth', 'orders'), orders: { tables: ['orders'] } }), []);
  });

  test('need not be there, and warns of a service that it does not have', () => {
    assert.deepEqual(told({}), []);
    const [warned, ...more] = told({ auth: {} });
    assert.match(warned!, /^services\.users is in no context of the context map; add contexts\.users, or/);
    assert.deepEqual(more, []);
  });

  test('names services and contexts that exist', () => {
    assert.deepEqual(told({ auth: {}, users: takes('atuh'), people: { service: 'usres' } }), [
      "contexts.people.service is not a service of the plan; did you mean 'users'?",
      "contexts.users.upstream.atuh is not a context of the plan; did you mean 'auth'?",
    ]);
    assert.match(
      told({ auth: {}, users: takes('users') })[0]!,
      /^contexts\.users\.upstream\.users is the context itself/,
    );
  });

  test('gives a service and a table to one context', () => {
    const twice = told({
      auth: { tables: ['users'] },
      users: {},
      people: { service: 'users', tables: ['public.users'] },
    });
    assert.match(twice[0]!, /^contexts\.people is the service of contexts\.users too/);
    assert.match(
      twice[1]!,
      /^contexts\.people\.tables\[0\] is said to be the table of contexts\.auth\.tables\[0\] too/,
    );
  });

  test('may be malformed in one place without a word about the names in others', () => {
    const contexts = { auth: { entities: 'User' }, users: takes('auth') } as unknown as Contexts;
    const { errors } = validatePlan(aPlan({ contexts }));
    assert.deepEqual(
      errors.map(({ path }) => path),
      ['contexts.auth.entities'],
    );
  });

  test('has a circle only where the contexts are partners', () => {
    const circle = (last: Contexts[string]) =>
      told({ auth: last, users: takes('auth'), orders: takes('users', 'auth') });
    assert.deepEqual(circle({}), []);
    assert.deepEqual(circle(takes('orders')), [
      "contexts.users.upstream.auth closes a circle: auth takes from orders takes from users takes from auth; turn one of them round (say it by events instead of a call), or call it what it is: relation: 'partnership'",
      "contexts.orders.upstream.auth closes a circle: auth takes from orders takes from auth; turn one of them round (say it by events instead of a call), or call it what it is: relation: 'partnership'",
    ]);
    assert.deepEqual(circle({ upstream: { orders: { relation: 'partnership', by: ['tables'] } } }), []);
  });
});
