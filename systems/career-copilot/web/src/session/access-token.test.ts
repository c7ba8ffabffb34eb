import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accessTokenIn, leftMs, refreshInMs } from './access-token.ts';
import { ownPath } from './own-path.ts';
import { outcomeOf, waitMs } from './refresh-attempt.ts';
import { messageOf, readMessage } from './tab-messages.ts';

const at = (monotonicMs: number, wallMs = monotonicMs) => ({ monotonicMs, wallMs });
const token = (payload: unknown) => `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.y`;
const answer = (seconds: number, payload: unknown = { sub: '7', role: 'admin' }) => ({
  access_token: token(payload),
  expires_in: seconds,
});

describe('an access token', () => {
  it('names its user, with letters beyond ASCII in it or not', () => {
    assert.deepEqual(accessTokenIn(answer(60), at(0))?.user, { id: 7, role: 'admin' });
    assert.deepEqual(accessTokenIn(answer(60, { sub: '7', name: 'Ünal ÿ?>' }), at(0))?.user, {
      id: 7,
      role: 'user',
    });
  });

  it('is none if it names nobody, or does not say how long it is good', () => {
    for (const wrong of [null, 'x', {}, answer(0), answer(-1), answer(Number.NaN), answer(60, { sub: 'x' })])
      assert.equal(accessTokenIn(wrong, at(0)), null);
    for (const access_token of ['', 'x', 'a.b.c', 'a..c', 7])
      assert.equal(accessTokenIn({ access_token, expires_in: 60 }, at(0)), null);
  });

  it('is good from its receipt on, by the clock that has gone further', () => {
    const good = accessTokenIn(answer(100), at(5_000, 1_000_000))!;
    assert.equal(leftMs(good, at(5_000, 1_000_000)), 100_000);
    assert.equal(leftMs(good, at(35_000, 1_030_000)), 70_000);
    // The machine slept; its clock was set back.
    assert.equal(leftMs(good, at(5_100, 1_080_000)), 20_000);
    assert.equal(leftMs(good, at(35_000, 0)), 70_000);
    assert.equal(refreshInMs(good, at(5_000, 1_000_000)), 75_000);
    assert.equal(refreshInMs(good, at(90_000, 1_085_000)), 0);
  });

  it('is asked for anew while it is good, whatever the clocks do', () => {
    const ms = fc.integer({ min: 0, max: 1e12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), ms, ms, ms, ms, (seconds, a, b, c, d) => {
        const good = accessTokenIn(answer(seconds), at(a, b))!;
        const [left, refresh] = [leftMs(good, at(c, d)), refreshInMs(good, at(c, d))];
        assert.ok(left >= 0 && left <= seconds * 1_000);
        assert.ok(refresh >= 0 && (refresh === 0 || refresh < left));
      }),
    );
  });

  it('reaches another tab with the time that is left, and nothing else is read as one', () => {
    const good = accessTokenIn(answer(100), at(0))!;
    const read = readMessage(structuredClone(messageOf(good, 40_000)), at(77));
    assert.deepEqual(read, { kind: 'in', token: { ...good, receivedAt: at(77), lifeMs: 40_000 } });
    assert.deepEqual(readMessage(messageOf(null, 0), at(0)), { kind: 'out' });
    fc.assert(
      fc.property(fc.anything(), (data) => {
        readMessage(data, at(0));
      }),
    );
    for (const wrong of [null, {}, { kind: 'in' }, { kind: 'in', access_token: 'x', expires_in: 1 }])
      assert.equal(readMessage(wrong, at(0)), null);
  });
});

describe('a refresh', () => {
  it('has ended the session only when the server says so', () => {
    assert.deepEqual(outcomeOf(204, null, null), { is: 'ended' });
    for (const status of [429, 500, 502, 503, 504])
      assert.deepEqual(outcomeOf(status, '7', null), { is: 'failed', retryAfterMs: 7_000 });
    assert.deepEqual(outcomeOf(503, 'Fri, 27 Nov 2026 08:00:00 GMT', null), {
      is: 'failed',
      retryAfterMs: null,
    });
  });

  it('is tried again within what is forgiven, then more and more seldom, and when a server says so', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => waitMs(failures, null));
    assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    assert.equal(waitMs(1, 3_000), 3_000);
    assert.equal(waitMs(1, 86_400_000), 60_000);
  });
});

describe('the page to go to after logging in', () => {
  it('is the one that was asked for', () => {
    for (const next of ['/', '/jobs?q=a%20b&page=2', '/applications/7#notes', '/apis', '/sessions'])
      assert.equal(ownPath(next), next);
  });

  it('is the first one if another site, no page or the login itself was asked for', () => {
    for (const next of [
      ...[
        undefined,
        null,
        '',
        'jobs',
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '\\\\evil.example',
      ],
      ...[
        'javascript:alert(1)',
        '/\t/evil.example',
        '/\n/evil.example',
        ' //evil.example',
        '/.//evil.example',
      ],
      ...[
        '/api/v1/jobs',
        '/session',
        '/assets/a.js',
        '/login',
        '/login?next=/login',
        '/register',
        `/${'a'.repeat(3_000)}`,
      ],
    ])
      assert.equal(ownPath(next), '/', `${next}`);
  });

  it('is never elsewhere', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      'evil.example',
      '\t',
      '\n',
      '%2f',
      '%5c',
      '?',
      '#',
      'http',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = ownPath(pieces.join(''));
        const url = new URL(path, 'https://career.example');
        assert.equal(url.origin, 'https://career.example');
        assert.ok(path.startsWith('/') && !/^\/[/\\]/.test(path));
      }),
      { numRuns: 2_000 },
    );
  });
});
