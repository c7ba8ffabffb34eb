import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { demandCopies, placesOf } from './places.ts';

const plan = resolvePlan(aPlan());
const running = placesOf(plan, { startsInstances: false });

it('asks for a word about every database and every instance of the plan', () => {
  assert.deepEqual(
    new Set(running.map(({ where }) => where)),
    new Set([
      'monolith.url',
      'monolith.database',
      'control.database',
      ...Object.keys(plan.services).flatMap((name) => [`services.${name}.url`, `services.${name}.database`]),
    ]),
  );
});

it('is satisfied when each was named, however it was written, and by nothing less', () => {
  const names = running.map(({ name }) => name);
  demandCopies(
    running,
    names.map((name) => ` ${name.toUpperCase()} `),
  );
  for (const left of new Set(names)) {
    const others = names.filter((name) => name !== left);
    assert.throws(() => demandCopies(running, others), new RegExp(`copies: .*\\(${left}\\)`));
  }
});

it('takes a host for nothing but an instance, and a server for none of its databases', () => {
  const place = { where: 'monolith.database', name: 'db:5432/shop' };
  for (const said of ['db', 'db:5432', 'db:5432/', 'db:5432/shop_production', 'shop', '*'])
    assert.throws(() => demandCopies([place], [said]), /nobody has said/);
});

it('names places without user and password, with the port that is meant where none is written', () => {
  const names = placesOf(
    {
      ...plan,
      monolith: {
        ...plan.monolith,
        origins: ['https://Shop.example'],
        database: 'postgres://me:secret@db/shop',
      },
    },
    { startsInstances: false },
  ).map(({ name }) => name);
  assert.ok(names.includes('shop.example:443'));
  assert.ok(names.includes('db:5432/shop'));
});

it('needs no word about instances that it starts itself', () => {
  const started = placesOf(plan, { startsInstances: true });
  assert.ok(started.every(({ where }) => where.endsWith('.database')));
});
