import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ERROR_CODES, isErrorCode, wayOnOf } from './codes.ts';
import { ApiError, errorOfAnswer, errorOfFailure } from './errors.ts';
import { LONGEST_WAIT_MS, REPEATS, repeatAfter } from './repeat.ts';
import { reconnectAfter } from './server-events.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function told(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  parameters: string[] = [],
) {
  return errorOfAnswer({ status, headers: new Headers(headers), body }, { parameters, now: NOW });
}

describe('an answer that is an error', () => {
  it('is told by the words of the legacy API', () => {
    assert.equal(told(400, { detail: 'Email already registered' }).code, 'EMAIL_TAKEN');
    assert.equal(told(401, { detail: 'Incorrect email or password' }).code, 'BAD_LOGIN');
    assert.equal(told(503, { detail: 'Service Unavailable' }, { 'retry-after': '1' }).retryAfterMs, 1_000);
  });

  it('is told by the code of a problem document, with what it says besides', () => {
    const error = told(409, {
      type: 'urn:problem:already-applied',
      status: 409,
      code: 'ALREADY_APPLIED',
      request_id: 'r-1',
      application_id: 7,
    });
    assert.deepEqual(
      [error.code, error.requestId, error.details.application_id],
      ['ALREADY_APPLIED', 'r-1', 7],
    );
  });

  it('has the fields of either', () => {
    const legacy = told(422, {
      detail: [
        { loc: ['body', 'full_name'], msg: 'field required', type: 'value_error.missing' },
        {
          loc: ['body', 'password'],
          msg: 'must NOT have fewer than 8 characters',
          type: 'value_error.minLength',
        },
      ],
    });
    assert.equal(legacy.code, 'INVALID_REQUEST');
    assert.deepEqual(legacy.fields, [
      { in: 'body', path: ['full_name'], keyword: 'required', limit: null },
      { in: 'body', path: ['password'], keyword: 'minLength', limit: 8 },
    ]);
    const problem = told(400, {
      code: 'INVALID_REQUEST',
      errors: [
        { pointer: '/criteria/q', detail: 'must NOT have more than 200 characters' },
        { pointer: '', detail: "must have required property 'name'" },
        { pointer: '/a~1b', detail: 'must be odd' },
      ],
    });
    assert.deepEqual(problem.fields, [
      { in: 'body', path: ['criteria', 'q'], keyword: 'maxLength', limit: 200 },
      { in: 'body', path: ['name'], keyword: 'required', limit: null },
      { in: 'body', path: ['a/b'], keyword: 'invalid', limit: null },
    ]);
  });

  it('tells a route that nobody has from a row that is not there', () => {
    for (const body of [
      { detail: 'Not Found' },
      { code: 'BAD_REQUEST', detail: 'No such resource' },
      { type: 'urn:banyan:gateway:not-found', code: 'not-found', status: 404 },
    ])
      assert.equal(told(404, body).code, 'NO_SUCH_ROUTE');
    assert.equal(told(404, { detail: 'Job not found' }).code, 'JOB_NOT_FOUND');
    assert.equal(told(404, { code: 'SEARCH_NOT_FOUND' }).code, 'SEARCH_NOT_FOUND');
    const ofAnotherRoute = {
      detail: [{ loc: ['path', 'id'], msg: 'must be integer', type: 'value_error.type' }],
    };
    assert.equal(told(422, ofAnotherRoute).code, 'NO_SUCH_ROUTE');
    assert.equal(told(422, ofAnotherRoute, {}, ['id']).code, 'INVALID_REQUEST');
  });

  it('has a code that has words, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.jsonValue(), (status, body) => {
        const error = told(status, body, { 'retry-after': 'soon' });
        assert.ok(isErrorCode(error.code));
        assert.equal(error.retryAfterMs, null);
        assert.equal(error.status, status);
      }),
    );
  });

  it('says when to come again by seconds or by a date', () => {
    const header = (value: string) => told(503, {}, { 'retry-after': value }).retryAfterMs;
    assert.equal(header('120'), 120_000);
    assert.equal(header('Thu, 01 Jan 2026 00:00:07 GMT'), 7_000);
    assert.equal(header('Wed, 31 Dec 2025 00:00:00 GMT'), 0);
  });
});

describe('no answer', () => {
  const failed = (cause: unknown, isOnline: boolean, isSafe: boolean) =>
    errorOfFailure(cause, { isOnline, isSafe }).code;

  it('is told by the network, the time, and what it was', () => {
    const broken = new TypeError('Failed to fetch');
    const late = new DOMException('', 'TimeoutError');
    assert.equal(failed(broken, false, true), 'OFFLINE');
    assert.equal(failed(broken, true, true), 'UNREACHABLE');
    assert.equal(failed(broken, true, false), 'OUTCOME_UNKNOWN');
    assert.equal(failed(late, true, true), 'TIMED_OUT');
    assert.equal(failed(late, true, false), 'OUTCOME_UNKNOWN');
    assert.equal(failed(new SyntaxError(), true, true), 'STRANGE_ANSWER');
  });
});

describe('what has failed', () => {
  const anyError = fc.record({
    code: fc.constantFrom(...ERROR_CODES),
    status: fc.option(fc.integer({ min: 400, max: 599 })),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 10 * LONGEST_WAIT_MS })),
  });
  const chance = fc.double({ min: 0, max: 1, noNaN: true });

  it('is never sent again where that could do something twice', () => {
    fc.assert(
      fc.property(anyError, fc.integer({ min: 1, max: 10 }), chance, (error, failures, random) => {
        assert.equal(repeatAfter(error, { mayRepeat: false, failures, random }), null);
      }),
    );
  });

  it('is repeated a few times, no sooner than the server said, and not for ever', () => {
    fc.assert(
      fc.property(anyError, fc.integer({ min: 1, max: 10 }), chance, (error, failures, random) => {
        const ms = repeatAfter(error, { mayRepeat: true, failures, random });
        if (ms === null) return;
        assert.ok(failures <= REPEATS);
        assert.ok(ms >= (error.retryAfterMs ?? 0));
        assert.ok(ms <= LONGEST_WAIT_MS * 1.25);
      }),
    );
    const busy = new ApiError('OVERLOADED', { status: 503, retryAfterMs: 2_000 });
    assert.equal(repeatAfter(busy, { mayRepeat: true, failures: 1, random: 0 }), 2_000);
    assert.equal(
      repeatAfter(new ApiError('JOB_NOT_FOUND', { status: 404 }), {
        mayRepeat: true,
        failures: 1,
        random: 0,
      }),
      null,
    );
  });

  it('as a stream comes again after growing pauses', () => {
    const after = (failures: number) =>
      reconnectAfter({ failures, retryMs: 3_000, retryAfterMs: null, random: 0 });
    assert.deepEqual([1, 2, 3, 20].map(after), [3_000, 6_000, 12_000, 60_000]);
  });
});

describe('each code', () => {
  for (const locale of ['en', 'de'])
    it(`has words and a way on: ${locale}`, () => {
      const words = JSON.parse(readFileSync(new URL(`messages/${locale}.json`, import.meta.url), 'utf8'));
      assert.deepEqual(Object.keys(words.errors).sort(), ERROR_CODES.toSorted());
      for (const code of ERROR_CODES) assert.ok(words.waysOn[wayOnOf(code)], code);
    });
});
