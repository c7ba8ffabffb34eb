import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkFlag, evaluate, type Flag } from './flag.ts';

const flag: Flag = {
  key: 'button',
  description: '',
  on: true,
  variants: { red: '#f00', blue: '#00f', green: '#0f0' },
  default: 'red',
  whenOff: 'red',
  users: { '7': 'blue' },
  split: [],
};
const users = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
const variantOf = (change: Partial<Flag>, targetingKey?: string) =>
  evaluate({ ...flag, ...change }, { targetingKey }).variant;

describe('a flag', () => {
  it('gives a named user their variant, all others the default', () => {
    assert.deepEqual(evaluate(flag, { targetingKey: '7' }), {
      value: '#00f',
      variant: 'blue',
      reason: 'TARGETING_MATCH',
    });
    assert.deepEqual(evaluate(flag, { targetingKey: '8' }), {
      value: '#f00',
      variant: 'red',
      reason: 'DEFAULT',
    });
    assert.equal(evaluate(flag, {}).reason, 'DEFAULT');
  });

  it('that is off is off for everybody', () => {
    assert.deepEqual(evaluate({ ...flag, on: false, whenOff: 'green' }, { targetingKey: '7' }), {
      value: '#0f0',
      variant: 'green',
      reason: 'DISABLED',
    });
  });

  it('gives shares of users about what they say', () => {
    const split = [
      { variant: 'blue', percent: 20 },
      { variant: 'green', percent: 30 },
    ];
    const counted = { red: 0, blue: 0, green: 0 };
    for (const user of users) counted[variantOf({ split, users: {} }, user) as 'red']++;
    assert.ok(Math.abs(counted.blue / users.length - 0.2) < 0.05, JSON.stringify(counted));
    assert.ok(Math.abs(counted.green / users.length - 0.3) < 0.05, JSON.stringify(counted));
  });

  it('keeps everybody in a share while it grows, and puts other users first for another flag', () => {
    const share = (percent: number, key = 'button') =>
      users.filter(
        (user) => variantOf({ key, users: {}, split: [{ variant: 'blue', percent }] }, user) === 'blue',
      );
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (a, b) => {
          const [less, more] = [new Set(share(Math.min(a, b))), new Set(share(Math.max(a, b)))];
          return [...less].every((user) => more.has(user));
        },
      ),
      { numRuns: 20 },
    );
    assert.equal(share(0).length, 0);
    assert.equal(share(100).length, users.length);
    assert.notDeepEqual(share(10), share(10, 'other'));
  });

  it('is not fooled by users who are called like a property of every object', () => {
    for (const user of ['__proto__', 'constructor', 'toString']) assert.equal(variantOf({}, user), 'red');
  });
});

describe('checkFlag', () => {
  const paths = (change: object) => checkFlag({ ...flag, ...change }).map(({ path }) => path);

  it('finds nothing wrong with a good one, whatever else it carries', () => {
    assert.deepEqual(checkFlag(flag), []);
    assert.deepEqual(paths({ version: 3, updatedAt: 'now' }), []);
  });

  it('names what is wrong and how to fix it', () => {
    assert.deepEqual(paths({ default: 'pink' }), ['default']);
    assert.deepEqual(paths({ users: { '7': 'pink' } }), ['users.7']);
    assert.deepEqual(paths({ split: [{ variant: 'pink', percent: 5 }] }), ['split.0']);
    assert.deepEqual(
      paths({
        split: [
          { variant: 'red', percent: 60 },
          { variant: 'blue', percent: 60 },
        ],
      }),
      ['split'],
    );
    assert.deepEqual(paths({ variants: { red: true, blue: '#00f' } }), ['variants']);
    assert.deepEqual(paths({ key: 'Not Good' }), ['key']);
    assert.deepEqual(paths({ default: '__proto__' }), ['default']);
    assert.ok(checkFlag({ ...flag, default: 'pink' })[0]!.hint.includes('red, blue, green'));
  });

  it('takes anything without throwing, and what it lets pass can be evaluated', () => {
    const odd = fc.record(
      Object.fromEntries(
        Object.entries(flag).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.anything())]),
      ),
    );
    fc.assert(
      fc.property(odd, fc.string(), (value, targetingKey) => {
        if (checkFlag(value).length > 0) return;
        const { variant, value: given } = evaluate(value as Flag, { targetingKey });
        assert.ok(Object.hasOwn((value as Flag).variants, variant));
        assert.notEqual(given, undefined);
      }),
    );
    for (const value of [null, undefined, 1, 'x', []]) assert.ok(checkFlag(value).length > 0);
  });
});
