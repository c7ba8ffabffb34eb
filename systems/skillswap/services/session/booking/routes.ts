import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Booking, Session, Slot, SlotQuery } from '../../../api/sessions.ts';
import { slotsBetween } from '../../../kit/availability/slots.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { availabilityOf } from '../availability/store.ts';
import { findSession } from '../sessions/store.ts';
import { type BookingHost, book } from './book.ts';
import { takenBetween } from './store.ts';

const DAY = 86_400_000;
/** Slots are shown of so many days at most. */
const SHOWN_DAYS = 31;

/** What can be booked, and booking it. */
export function bookingRoutes(
  app: ServiceApp,
  host: BookingHost & { ofUser: OfUser; clock: () => number },
): void {
  const { pool, clock, ofUser } = host;

  app.get(
    '/bookings/slots',
    { ...ofUser('USER_NOT_FOUND'), schema: { querystring: SlotQuery, response: { 200: Type.Array(Slot) } } },
    async ({ query: { providerId, minutes, ...range } }) => {
      const from = Date.parse(range.from);
      const to = Math.min(Date.parse(range.to), from + SHOWN_DAYS * DAY);
      const [availability, taken] = [
        await availabilityOf(pool, providerId),
        to > from ? await takenBetween(pool, providerId, from, to + DAY) : [],
      ];
      const slots = slotsBetween({ availability, taken, minutes, now: clock() }, from, to);
      return slots.map(({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) }));
    },
  );

  app.post(
    '/bookings',
    {
      ...ofUser(
        'USER_NOT_FOUND',
        'OWN_TIME',
        'SKILL_NOT_OFFERED',
        'SLOT_NOT_OFFERED',
        'SLOT_TAKEN',
        'INSUFFICIENT_CREDITS',
        'CREDITS_UNAVAILABLE',
      ),
      schema: { body: Booking, response: { 201: Session } },
    },
    async (request, reply) => {
      const seekerId = callerOf(request);
      const id = await book(host, seekerId, request.body, clock());
      return await reply.code(201).send(await findSession(pool, id, seekerId));
    },
  );
}
