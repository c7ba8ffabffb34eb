import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import type { Stage } from '@banyan/plan/stages';
import { aPlan, aService, aTable } from '@banyan/plan/testing';
import { copy, type InstalledObject, namesOf } from '@banyan/replication';
import type { ServiceState } from '../../rollout/state.ts';
import { judgePlaced } from './placed-things.ts';

const own = aTable('notes', ['body']);
const viewsFromMonolith = aTable('posts', [], {
  columns: [...copy('id'), ...copy('views', { flow: 'forward' })],
});
const rowsOfOthers = aTable('members', ['full_name'], { rows: 'foreign' });

function aState(stage: Stage): ServiceState {
  const share = stage === 'retired' || stage === 'migrated' ? 10_000 : 0;
  return {
    service: 'users',
    stage,
    share,
    target: { stage, share },
    paused: null,
    message: '',
    since: new Date(0),
    failedSteps: 0,
    draining: false,
    retryAt: null,
    forced: false,
    reason: '',
    evidenceVersion: 0,
  };
}

/** States of what both links have at the monolith, by direction. */
function judged(tables: (typeof own)[], stage: Stage): Record<string, string[]> {
  const plan = resolvePlan(aPlan({ services: { users: aService('users', { tables }) } }));
  const placed = (['forward', 'reverse'] as const).flatMap((direction): InstalledObject[] => {
    const { slot, publication, origin, link } = namesOf({ service: 'users', direction });
    const thing = { service: 'users', direction, remove: 'DROP ...' };
    return direction === 'forward'
      ? [
          { ...thing, kind: 'slot', name: slot },
          { ...thing, kind: 'publication', name: publication },
        ]
      : [
          { ...thing, kind: 'origin', name: origin },
          { ...thing, kind: 'record', name: link },
        ];
  });
  const at = { where: 'monolith.database', url: plan.monolith.database };
  const found = judgePlaced(plan, [aState(stage)], at, placed);
  for (const { state, remove } of found) assert.equal(remove === null, state === 'used');
  return Object.fromEntries(
    ['forward', 'reverse'].map((direction, index) => [
      direction,
      found.slice(index * 2, index * 2 + 2).map(({ state }) => state),
    ]),
  );
}

test('the link that still feeds a retired service is listed as used, and the one back as left over', () => {
  for (const tables of [
    [own, viewsFromMonolith],
    [own, rowsOfOthers],
  ])
    assert.deepEqual(judged(tables, 'retired'), {
      forward: ['used', 'used'],
      reverse: ['leftover', 'leftover'],
    });
});

test('a retired service that nothing feeds has left both links over, a migrated one uses both', () => {
  const [used, leftover] = [
    ['used', 'used'],
    ['leftover', 'leftover'],
  ];
  assert.deepEqual(judged([own], 'retired'), { forward: leftover, reverse: leftover });
  assert.deepEqual(judged([own], 'migrated'), { forward: used, reverse: used });
});

test('a slot that links share is used while a link of the plan reads that database, and left over after', () => {
  const plan = resolvePlan(aPlan({ services: { users: aService('users', { tables: [own] }) } }));
  const at = { where: 'monolith.database', url: plan.monolith.database };
  const slot = { kind: 'slot', name: 'banyan_shop_reader_16384', service: null, direction: null } as const;
  const judge = (stage: Stage) => judgePlaced(plan, [aState(stage)], at, [{ ...slot, remove: 'SELECT ...' }]);
  assert.deepEqual(
    judge('shadowing').map(({ state, stage, remove }) => [state, stage, remove]),
    [['used', 'copying', null]],
  );
  assert.deepEqual(
    judge('monolith').map(({ state, remove }) => [state, remove]),
    [['leftover', 'SELECT ...']],
  );
});
