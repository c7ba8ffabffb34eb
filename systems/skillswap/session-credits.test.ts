import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import { type BookingWorld, startBookingWorld } from './testing/booking-world.ts';
import { ahead, DAY, HOUR, sessionsIn } from './testing/people-of-sessions.ts';

/** What sessions cost, over the session service and the payment service: whatever fails between them, each step is effective once. */

let world: BookingWorld;
let people: ReturnType<typeof sessionsIn>;

before(async () => {
  world = await startBookingWorld();
  people = sessionsIn(world);
});
after(async () => await world?.stop());
beforeEach(() => {
  world.faults.clear();
  world.time.shift = 0;
});

describe('a booking', () => {
  /** Nothing of it is left: the time is free, nothing is held, nobody has heard of it. */
  async function assertNothingLeft(seeker: string, provider: string, at: number): Promise<void> {
    await until(
      async () =>
        (await world.query('SELECT FROM session_credits WHERE seeker_id = $1', [seeker])).length === 0,
    );
    assert.equal(await world.open(seeker), 0);
    assert.equal((await world.call(provider, 'GET', '/sessions')).body.totalElements, 0);
    const told = await world.query(
      `SELECT FROM banyan_events.outbox WHERE message -> 'data' ->> 'seekerId' = $1`,
      [seeker],
    );
    assert.equal(told.length, 0);
    assert.equal((await world.book(await world.seeker(10), provider, at)).status, 201);
  }

  it('that nobody can pay is refused, and leaves nothing', async () => {
    const [seeker, provider, at] = [await world.seeker(9), await world.provider(), ahead(1)];
    assert.equal((await world.book(seeker, provider, at)).body.code, 'INSUFFICIENT_CREDITS');
    await assertNothingLeft(seeker, provider, at);
  });

  it('succeeds when payment answers at a later attempt, and holds its credits once', async () => {
    const [seeker, provider, at] = [await world.seeker(30), await world.provider(), ahead(1)];
    world.faults.add('lost', /^POST .*holds$/, 1);
    assert.equal((await world.book(seeker, provider, at)).status, 201);
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
    assert.equal(await world.open(seeker), 1);
  });

  it('leaves nothing while payment is down, whatever it had done when its answers were lost', async () => {
    for (const how of ['down', 'lost', 'hang'] as const) {
      const [seeker, provider, at] = [await world.seeker(10), await world.provider(), ahead(1)];
      world.faults.add(how, /^POST .*holds$/, 1);
      world.faults.add('down', /^POST .*holds$/, 2);
      const { status, body } = await world.book(seeker, provider, at);
      assert.deepEqual([status, body.code], [503, 'CREDITS_UNAVAILABLE'], how);
      world.faults.clear();
      await assertNothingLeft(seeker, provider, at);
    }
  });

  it('of a process that died before it was answered is undone by the next', async () => {
    const [seeker, provider, at] = [await world.seeker(10), await world.provider(), ahead(1)];
    const id = randomUUID();
    // As such a process leaves it: the time is taken, payment was asked, and has done it.
    await world.query(
      `INSERT INTO sessions (id, seeker_id, provider_id, skill_id, starts_at, ends_at, hourly_rate, credits, booked)
       VALUES ($1, $2, $3, $4, $5, $6, 10, 10, false)`,
      [id, seeker, provider, world.skill, new Date(at), new Date(at + HOUR)],
    );
    assert.equal((await world.book(seeker, provider, at)).body.code, 'SLOT_TAKEN');
    assert.equal((await world.call(seeker, 'GET', `/sessions/${id}`)).status, 404);
    await world.query(
      `INSERT INTO session_credits (session_id, seeker_id, provider_id, amount, expires_at, due_at)
       VALUES ($1, $2, $3, 10, $4, now())`,
      [id, seeker, provider, new Date(at + DAY)],
    );
    await assertNothingLeft(seeker, provider, at);
  });

  it('of what costs nothing holds nothing', async () => {
    const [seeker, provider, at] = [await world.seeker(0), await world.provider(0), ahead(1)];
    const { status, body } = await world.book(seeker, provider, at);
    assert.deepEqual([status, body.credits], [201, 0]);
    await people.step(seeker, body.id, 'cancel', {});
    await world.settled(body.id);
    assert.equal(await world.open(seeker), 0);
  });
});

describe('credits of a session that is over', () => {
  it('are paid once, whatever of payment is down, slow or lost meanwhile', async () => {
    for (const how of ['down', 'lost', 'hang'] as const) {
      const at = ahead(2);
      const { seeker, provider, id } = await people.scheduled(at);
      people.letItBe(at);
      await people.step(provider, id, 'start');
      world.faults.add(how, /^POST .*capture$/, how === 'hang' ? 1 : 2);
      assert.equal((await people.step(seeker, id, 'complete')).body.state, 'COMPLETED');
      await world.settled(id);
      assert.deepEqual(
        [await world.wallet(seeker), await world.wallet(provider)],
        [
          [20, 0, 20],
          [9, 0, 9],
        ],
        how,
      );
      assert.deepEqual(await world.moved(id), ['TRANSFER']);
      world.faults.clear();
      world.time.shift = 0;
    }
  });

  it('are given back once, also by another process than the one that was told', async () => {
    const { seeker, provider, id } = await people.booked(ahead(2));
    world.faults.add('lost', /^POST .*release$/, 1);
    world.faults.add('down', /^POST .*release$/, 1);
    await people.step(provider, id, 'decline');
    await world.restart();
    await world.settled(id);
    assert.deepEqual(await world.wallet(seeker), [30, 0, 30]);
    assert.deepEqual(await world.moved(id), []);
  });

  it('are contested no more once payment was asked, however long it does not answer', async () => {
    const { seeker, provider, id } = await people.booked(ahead(2));
    world.faults.add('lost', /^POST .*release$/, 1);
    world.faults.add('down', /^POST .*release$/, 1_000);
    await people.step(seeker, id, 'cancel', {});
    // Payment has done it, the answer was lost, and it is asked again in five minutes, the longest pause.
    const putOff = `UPDATE session_credits SET due_at = now() + interval '5 minutes'
      WHERE session_id = $1 AND attempts > 0 AND leased_until IS NULL RETURNING session_id`;
    await until(async () => (await world.query(putOff, [id]))[0]);
    const contested = await people.step(provider, id, 'dispute', { reason: 'I was there' });
    assert.equal(contested.body.code, 'NOT_CONTESTABLE');
    // Nor where the monolith goes on with it.
    const [{ due }] = await world.query(
      'SELECT due_at <= now() AS due FROM settlements WHERE session_id = $1',
      [id],
    );
    assert.ok(due);
    world.faults.clear();
    await people.itIsTime(id);
    await world.settled(id);
    assert.deepEqual(await world.wallet(seeker), [30, 0, 30]);
  });

  it('that are not held any more give the alarm', async () => {
    const { seeker, provider, id } = await people.booked(ahead(2));
    await world.query('UPDATE session_credits SET hold_id = $2 WHERE session_id = $1', [id, randomUUID()]);
    await people.step(provider, id, 'decline');
    await world.settled(id, 'LOST');
    assert.equal((await world.said(id)).at(-1), 'SessionCreditsLost');
    assert.equal((await world.wallet(seeker))[1], 10);
  });
});

describe('credits of a session that the monolith made', () => {
  /** As links bring it: nothing was said of its credits here. */
  async function broughtBy(booking: Promise<Awaited<ReturnType<typeof people.booked>>>) {
    const booked = await booking;
    const [{ hold_id: holdId }] = await world.query(
      'DELETE FROM session_credits WHERE session_id = $1 RETURNING hold_id',
      [booked.id],
    );
    await world.query(`INSERT INTO credit_holds VALUES ($1, $2, 10, 'HELD', now() + interval '40 days')`, [
      holdId,
      booked.id,
    ]);
    return booked;
  }
  const isNotDue = async (id: string) =>
    (await world.query('SELECT FROM settlements WHERE session_id = $1', [id])).length === 0;

  it('go where its moves say', async () => {
    const { seeker, provider, id } = await broughtBy(people.booked(ahead(2)));
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
    await people.step(provider, id, 'decline');
    await world.settled(id);
    assert.deepEqual(await world.wallet(seeker), [30, 0, 30]);
    assert.ok(await isNotDue(id));
  });

  it('go where it has said that they go', async () => {
    const { seeker, provider, id } = await broughtBy(people.booked(ahead(2)));
    await world.query(`UPDATE sessions SET state = 'COMPLETED' WHERE id = $1`, [id]);
    await world.query('INSERT INTO settlements VALUES ($1, 10, now())', [id]);
    await until(
      async () => (await world.query('SELECT FROM session_credits WHERE session_id = $1', [id]))[0],
    );
    await world.settled(id);
    assert.deepEqual(
      [await world.wallet(seeker), await world.wallet(provider)],
      [
        [20, 0, 20],
        [9, 0, 9],
      ],
    );
    assert.ok(await isNotDue(id));
  });

  it('are held, contested and decided by what it has said, however short a time ago', async () => {
    const { provider, id } = await broughtBy(people.booked(ahead(2)));
    const contest = () => people.step(provider, id, 'dispute', { reason: 'I was there' });
    let contested: ReturnType<typeof contest>;
    // Nobody here has heard of it when it is contested: who would do so waits.
    await world.whileLocked(id, async () => {
      await world.query('INSERT INTO settlements VALUES ($1, 10, $2)', [id, new Date(ahead(3))]);
      contested = contest();
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%'
        AND datname = current_database()`;
      await Promise.race([contested, until(async () => (await world.query(waiting)).length > 1)]);
    });
    assert.equal((await contested!).status, 201);
    const decision = { outcome: 'PROVIDER', note: 'They were not' };
    const path = `/sessions/${id}/dispute/decision`;
    const { body } = await world.call(await world.person(), 'POST', path, decision, 'ADMIN');
    assert.equal(body.outcome, 'PROVIDER');
    await world.settled(id);
    assert.deepEqual(await world.wallet(provider), [9, 0, 9]);
  });

  it('are left alone where it has settled them meanwhile, and are its to settle as long as they are not', async () => {
    const at = ahead(2);
    const { seeker, provider, id } = await people.scheduled(at);
    people.letItBe(at + 15 * 60_000);
    await people.step(provider, id, 'no-show');
    const due = await world.query('SELECT captured FROM settlements WHERE session_id = $1', [id]);
    assert.deepEqual(due, [{ captured: 10 }]);
    // In one transaction: at no moment is it due here and settled there.
    await world.query(
      `UPDATE session_credits SET due_at = now() WHERE session_id = '${id}'; DELETE FROM settlements WHERE session_id = '${id}'`,
    );
    await world.settled(id);
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
  });
});

describe('what only one says', () => {
  it('counts when the other one has not contested it in time', async () => {
    const at = ahead(2);
    const { seeker, provider, id } = await people.scheduled(at);
    people.letItBe(at + 14 * 60_000);
    assert.equal((await people.step(provider, id, 'no-show')).body.code, 'NOT_THE_TIME');
    people.letItBe(at + 15 * 60_000);
    const { body } = await people.step(provider, id, 'no-show');
    assert.deepEqual([body.state, body.cancelReason], ['CANCELLED', 'noShow']);
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
    await people.itIsTime(id);
    await world.settled(id);
    assert.deepEqual(await world.wallet(provider), [9, 0, 9]);
    assert.equal(
      (await people.step(seeker, id, 'dispute', { reason: 'I was there' })).body.code,
      'NOT_CONTESTABLE',
    );
  });

  it('is contested once, by the other one, and decided by an administrator', async () => {
    const at = ahead(2);
    const { seeker, provider, id } = await people.scheduled(at);
    people.letItBe(at + HOUR);
    await people.step(provider, id, 'no-show');
    const contest = (as: string) => people.step(as, id, 'dispute', { reason: 'I was there' });
    assert.equal((await contest(provider)).body.code, 'NOT_CONTESTABLE');
    assert.equal((await world.call(seeker, 'GET', `/sessions/${id}/dispute`)).body.code, 'DISPUTE_NOT_FOUND');
    const answers = await Promise.all([contest(seeker), contest(seeker)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
    assert.equal((await world.call(provider, 'GET', `/sessions/${id}/dispute`)).body.openedBy, seeker);
    const decide = (as: string, role?: string) =>
      world.call(as, 'POST', `/sessions/${id}/dispute/decision`, { outcome: 'SPLIT', note: 'Both' }, role);
    assert.equal((await decide(seeker)).status, 403);
    const admin = await world.person();
    assert.equal((await decide(admin, 'ADMIN')).body.outcome, 'SPLIT');
    assert.equal((await decide(admin, 'ADMIN')).body.code, 'DISPUTE_DECIDED');
    await world.settled(id);
    assert.deepEqual([(await world.wallet(seeker))[2], (await world.wallet(provider))[2]], [25, 4]);
    assert.deepEqual((await world.said(id)).slice(-2), ['SessionDisputed', 'SessionDisputeDecided']);
  });

  it('and that nobody decides, ends in favour of who pays', async () => {
    const at = ahead(2);
    const { seeker, provider, id } = await people.scheduled(at);
    people.letItBe(at);
    await people.step(provider, id, 'start');
    people.letItBe(at + HOUR);
    assert.equal((await people.step(provider, id, 'complete')).status, 200);
    assert.equal((await people.step(seeker, id, 'dispute', { reason: 'Nothing was taught' })).status, 201);
    await people.itIsTime(id);
    await world.settled(id);
    assert.deepEqual(
      [await world.wallet(seeker), await world.wallet(provider)],
      [
        [30, 0, 30],
        [0, 0, 0],
      ],
    );
  });
});
