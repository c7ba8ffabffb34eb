import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyGatewaySchema, countLiveWorkers } from '@banyan/gateway';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import * as store from '../store/store.ts';
import { ClockSteps, moveAlong } from './clock-steps.ts';

const HOUR = 3_600_000;

test('a clock that is set is noticed by how far, and one that only runs never is, however slow the answers', () => {
  const answer = fc.record({ pause: fc.nat(10_000), before: fc.nat(5_000), after: fc.nat(5_000) });
  fc.assert(
    fc.property(
      fc.array(answer, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -HOUR, max: HOUR }),
      (answers, step) => {
        const clock = new ClockSteps();
        let now = 0;
        const read = (offset: number, { pause, before, after }: (typeof answers)[number]) => {
          const asked = now + pause;
          now = asked + before + after;
          return { database: 1e12 + asked + before + offset, asked, answered: now };
        };
        for (const each of answers) assert.equal(clock.look(read(0, each)), 0);
        const found = clock.look(read(step, { pause: 1_000, before: 5, after: 5 }));
        const blur = answers.at(-1)!.before + answers.at(-1)!.after + 10;
        if (Math.abs(step) > blur + 100)
          assert.ok(Math.abs(found - step) <= blur, `${found} instead of ${step}`);
        assert.equal(clock.look(read(step, { pause: 1_000, before: 0, after: 0 })), 0, 'once');
      },
    ),
  );
});

test('what was stored moves along: the living live, the dead stay dead, a share is watched no shorter or longer', async (t) => {
  const pool = createPool(await (await testServer()).database('control'), { max: 2 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, ['users']);
  for (const step of [HOUR, -HOUR]) {
    // As it looks right after the step: what was written before it is so much older, or younger, than it was.
    await pool.query('DELETE FROM control.workers');
    await pool.query(
      `INSERT INTO control.workers (id, version, lease_until)
       SELECT id, 1, clock_timestamp() + left_ms * interval '1 millisecond'
         FROM (VALUES ('alive', 2500 - $1::int), ('dead', -60000 - $1::int), ('renewed', 3000)) AS one (id, left_ms)`,
      [step],
    );
    await pool.query(
      `UPDATE control.services SET since = clock_timestamp() - (40000 + $1::int) * interval '1 millisecond'`,
      [step],
    );
    await moveAlong(pool, step);
    assert.equal(await countLiveWorkers(pool), 2, `${step}`);
    const leases = await pool.query(
      `SELECT id FROM control.workers WHERE lease_until > clock_timestamp() + interval '3 seconds'`,
    );
    assert.deepEqual(leases.rows, [], 'no lease is longer than one');
    const [state] = await store.readServices(pool);
    const { rows } = await pool.query('SELECT clock_timestamp() AS now');
    const watched = rows[0].now.getTime() - state!.since.getTime();
    assert.ok(watched >= 40_000 && watched < 70_000, `${watched}`);
  }
});
