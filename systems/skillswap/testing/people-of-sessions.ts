import assert from 'node:assert/strict';
import type { BookingWorld } from './booking-world.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** So many days and some hours ahead, in the morning: no session goes over midnight. */
export const ahead = (days: number) => Math.ceil(Date.now() / DAY) * DAY + days * DAY + 8 * HOUR;

/** What people do in a world: sessions that are booked, or scheduled, and steps of them. */
export function sessionsIn(world: BookingWorld) {
  const step = (as: string, id: string, action: string, body?: unknown) =>
    world.call(as, 'POST', `/sessions/${id}/${action}`, body);

  async function booked(at: number, credits = 30, minutes = 60) {
    const [seeker, provider] = [await world.seeker(credits), await world.provider()];
    const { status, body } = await world.book(seeker, provider, at, minutes);
    assert.equal(status, 201, JSON.stringify(body));
    return { seeker, provider, id: body.id as string, body };
  }

  return {
    step,
    booked,
    scheduled: async (at: number) => {
      const made = await booked(at);
      await step(made.provider, made.id, 'accept');
      assert.equal((await step(made.provider, made.id, 'schedule')).body.state, 'SCHEDULED');
      return made;
    },
    /** Lets it be that moment, for sessions. */
    letItBe: (at: number) => {
      world.time.shift = at - Date.now();
    },
    /** The credits of a session are due now, not in some days. */
    itIsTime: (id: string) =>
      world.query('UPDATE session_credits SET due_at = now() WHERE session_id = $1', [id]),
  };
}
