import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { showValue } from './problem.ts';

test('no password of a URL is ever shown, whatever characters it has and wherever the URL stands', () => {
  const odd = fc.string({
    unit: fc.constantFrom(...'@:/?%#\'" \\äß€\n\t=&aZ0'),
    minLength: 0,
    maxLength: 12,
  });
  fc.assert(
    fc.property(odd, fc.constantFrom('postgres', 'postgresql'), (part, scheme) => {
      const password = `${part}hush-hush${part}`;
      const url = `${scheme}://user:${password}@127.0.0.1:5432/shop`;
      for (const value of [url, [url], { database: url, more: [{ url }] }])
        assert.ok(
          !showValue('monolith.database', value).includes('hush'),
          showValue('monolith.database', value),
        );
    }),
  );
  assert.equal(showValue('x', 'postgres://user:p@ss:w/rd@host/db'), '"postgres://user:***@host/db"');
  assert.equal(showValue('x', 'http://user:hush@host/'), '"http://user:***@host/"');
  assert.equal(showValue('x', { url: 'http://host:80/a@b' }), '{"url":"http://host:80/a@b"}');
});
