import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ResolvedService } from '@banyan/plan';
import { STAGES, type Stage } from '@banyan/plan/stages';
import { backFrom, wentBack } from './state.ts';

const service = (facts: string | null, tables: unknown[] = [{}]) => ({ facts, tables }) as ResolvedService;

it('goes back by itself to where what others hear of the monolith is still told, and to the monolith where nobody hears', () => {
  assert.equal(backFrom([service(null)]).stage, 'monolith');
  assert.equal(backFrom([service('file:///facts.ts')]).stage, 'copying');
  assert.equal(backFrom([service(null), service('file:///facts.ts')]).stage, 'copying');
  assert.equal(backFrom([service('file:///facts.ts', [])]).stage, 'monolith');
});

it('went back if it waits where nobody is on it, and not if it has not come so far yet', () => {
  const back = (stage: Stage, target: Stage, paused: string | null) =>
    wentBack({ stage, target: { stage: target, share: 0 }, paused });
  for (const stage of STAGES) assert.equal(back(stage, 'copying', 'p95'), stage !== 'monolith', stage);
  for (const stage of STAGES) assert.equal(back(stage, 'monolith', 'p95'), true, stage);
  assert.equal(back('copying', 'migrated', 'the sale'), false);
  assert.equal(back('copying', 'copying', null), false);
});
