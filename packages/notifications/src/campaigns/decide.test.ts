import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { after, CAMPAIGN_STATES } from '../api/campaigns.ts';
import { allowance } from './decide.ts';

it('a campaign is started, paused and ended, and nothing begins again what was cancelled or is done', () => {
  const table = CAMPAIGN_STATES.map((state) => [
    state,
    after(state, 'start'),
    after(state, 'pause'),
    after(state, 'cancel'),
  ]);
  assert.deepEqual(table, [
    ['draft', 'running', undefined, 'cancelled'],
    ['running', 'running', 'paused', 'cancelled'],
    ['paused', 'running', 'paused', 'cancelled'],
    ['cancelled', undefined, undefined, 'cancelled'],
    ['done', undefined, undefined, undefined],
  ]);
});

it('no more are told in a minute than the throttle says, however often somebody looks', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 200 }),
      (perMinute, pauses) => {
        let since = 0;
        let elapsed = 0;
        let told = 0;
        for (const pause of pauses) {
          since += pause;
          elapsed += pause;
          const now = allowance({ perMinute, sinceMs: since });
          if (now === 0) continue;
          told += now;
          since = 0;
        }
        assert.ok(told <= (perMinute * elapsed) / 60_000);
      },
    ),
  );
});
