import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { createDurations } from './durations.ts';

describe('durations', () => {
  it("are exposed exactly as prom-client's own histogram exposes them", async () => {
    const observations = fc.array(
      fc.tuple(
        fc.constantFrom('/a', '/b'),
        fc.oneof(fc.constantFrom(0, 0.001, 2.5), fc.double({ min: 0, max: 5, noNaN: true })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(observations, async (list) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const durations = createDurations('seconds', 'Time', ours);
        const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
        const config = { name: 'seconds', help: 'Time', labelNames: ['route'], buckets, registers: [theirs] };
        const histogram = new Histogram(config);
        for (const [route, seconds] of list) {
          durations({ route })(seconds);
          histogram.observe({ route }, seconds);
        }
        assert.equal(await ours.metrics(), await theirs.metrics());
      }),
      { numRuns: 50 },
    );
  });
});
