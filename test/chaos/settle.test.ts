import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ControlClient, ServiceStatus, Target } from '@banyan/banyan/operate';
import { settleVerified } from './settle.ts';

const MIGRATED: Target = { stage: 'migrated', share: 10_000 };

/** One service at rest, which goes back by itself when `goesBack` says so. */
function controlOf(goesBack: (at: 'asked' | 'compared') => boolean, verdict = 'CONSISTENT') {
  let stage = 'migrated';
  const back = () => {
    stage = 'monolith';
  };
  const control = {
    status: async () => {
      const target = stage === 'migrated' ? MIGRATED : { stage: 'monolith', share: 0 };
      const links = [{ state: stage === 'migrated' ? 'streaming' : 'off' }];
      const one = { service: 'payment', stage, share: target.share, target, paused: null, links };
      return { services: [one] as unknown as ServiceStatus[] };
    },
    startVerification: async () => {
      if (goesBack('asked')) back();
      if (stage === 'monolith') throw new Error('not streaming');
      return { id: 1 };
    },
    verification: async () => {
      if (goesBack('compared')) back();
      return {
        state: stage === 'migrated' ? 'done' : 'running',
        tables: [{ table: 'wallets', verdict, sample: [] }],
      };
    },
  };
  return control as unknown as ControlClient;
}

for (const moment of ['asked', 'compared'])
  it(`takes a service that has gone back by itself for what it is, also when it was ${moment}`, async () => {
    const problems: string[] = [];
    const control = controlOf((at) => at === moment);
    const [one] = await settleVerified(control, { aims: {}, healMs: 60_000 }, problems);
    assert.deepEqual([one!.stage, problems], ['monolith', []]);
  });

it('tells of rows that differ', async () => {
  const problems: string[] = [];
  const control = controlOf(() => false, 'INCONSISTENT');
  await settleVerified(control, { aims: { payment: MIGRATED }, healMs: 60_000 }, problems);
  assert.deepEqual(problems, ['payment wallets is INCONSISTENT: []']);
});
