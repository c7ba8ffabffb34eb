import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runTarget } from './run.ts';
import { targets } from './targets.ts';

/** The short version of `npm run fuzz`: the same inputs each time, as many as a few seconds take. */
const INPUTS: Record<string, number> = {
  client: 500,
  upstream: 600,
  tokens: 1_000,
  bodies: 300,
  plans: 2_000,
};
/** Only so that a stall ends: the inputs decide when it is over, ms. */
const LIMIT_MS = 240_000;

describe('hostile input', () => {
  for (const target of targets) {
    it(`of the target ${target.name} breaks no promise`, { timeout: LIMIT_MS }, async () => {
      const inputs = INPUTS[target.name]!;
      const result = await runTarget(target, { seed: 1, inputs, limitMs: LIMIT_MS });
      assert.deepEqual(result.failures, []);
      assert.equal(result.inputs, inputs);
    });
  }
});
