import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Stage } from '@banyan/banyan/operate';
import type pg from 'pg';
import { sidesOf, type Whereabouts } from './sides.ts';

const POOLS = new Map(['monolith', 'auth', 'users'].map((name) => [name, { name } as unknown as pg.Pool]));
const LOADS = ['monolith', 'auth', 'users', 'left-out'];

const at = (stage: Stage, target = stage) => ({ stage, target: { stage: target } });

/** Of both views what auth's and users' writes are looked for in. */
function lookedFor(auth: Omit<Whereabouts, 'service'>, users: Omit<Whereabouts, 'service'>) {
  const services = [
    { service: 'auth', ...auth },
    { service: 'users', ...users },
  ];
  return sidesOf(services, LOADS, POOLS).map((sides) => {
    for (const name of ['monolith', 'left-out'])
      assert.equal(sides.get(name)!.database, POOLS.get('monolith'));
    for (const name of ['auth', 'users']) {
      const { side, database } = sides.get(name)!;
      assert.equal(database, POOLS.get(side === 'service' ? name : 'monolith'));
    }
    return ['auth', 'users'].map((name) => sides.get(name)!.side);
  });
}

it('looks for writes on both sides while rows flow, and for what is retired on the service alone', () => {
  assert.deepEqual(lookedFor(at('migrated'), at('retired')), [
    ['service', 'service'],
    ['monolith', 'service'],
  ]);
  assert.deepEqual(lookedFor(at('migrated'), at('canary')), [
    ['service', 'service'],
    ['monolith', 'monolith'],
  ]);
});

it('looks on the monolith for what a service that went back does not have', () => {
  const onMonolith = ['monolith', 'monolith'];
  assert.deepEqual(lookedFor(at('monolith'), at('copying')), [onMonolith, onMonolith]);
  assert.deepEqual(lookedFor(at('canary', 'monolith'), at('shadowing', 'monolith')), [
    onMonolith,
    onMonolith,
  ]);
  assert.deepEqual(lookedFor(at('migrated'), at('monolith')), [['service', 'monolith'], onMonolith]);
});
