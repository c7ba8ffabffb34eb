import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { afterFailure, type FailedRequest } from './after-failure.ts';

const FAILURES = ['connect', 'reset', 'timeout', 'malformed', 'unavailable', 'busy'] as const;

const failedRequest = fc
  .record({
    safe: fc.boolean(),
    idempotent: fc.boolean(),
    mayHaveRun: fc.boolean(),
    replayable: fc.boolean(),
    awaited: fc.boolean(),
    tries: fc.integer({ min: 0, max: 2 }),
    instances: fc.integer({ min: 1, max: 3 }),
    hasFallback: fc.boolean(),
    failure: fc.constantFrom(...FAILURES),
  })
  .map((request): FailedRequest => ({ ...request, idempotent: request.idempotent || request.safe }));

const DID_NOT_RUN = new Set(['fallback', 'unavailable', 'upstream-busy']);

describe('after a failed attempt', () => {
  test('an unsafe request that may have run is never given away, nor said not to have run', () => {
    fc.assert(
      fc.property(failedRequest, (request) => {
        const next = afterFailure({ ...request, safe: false, mayHaveRun: true });
        assert.ok(!DID_NOT_RUN.has(next), next);
      }),
    );
  });

  test('an unsafe request that cannot have run is never said to be of unknown outcome', () => {
    fc.assert(
      fc.property(failedRequest, (request) => {
        assert.notEqual(afterFailure({ ...request, safe: false, mayHaveRun: false }), 'outcome-unknown');
      }),
    );
  });

  test('what was sent is sent again only if it may run twice, and only once', () => {
    fc.assert(
      fc.property(failedRequest, (request) => {
        if (afterFailure(request) !== 'retry') return;
        assert.equal(request.tries, 1);
        assert.ok(request.replayable && request.awaited);
        assert.ok(request.failure === 'connect' || request.idempotent);
      }),
    );
  });

  test('nothing is sent again after a timeout, and no write after an answer that could not be read', () => {
    fc.assert(
      fc.property(failedRequest, (request) => {
        assert.notEqual(afterFailure({ ...request, failure: 'timeout' }), 'retry');
        assert.notEqual(afterFailure({ ...request, safe: false, failure: 'malformed' }), 'retry');
      }),
    );
  });
});
