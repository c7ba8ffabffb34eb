import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { UserId } from '../../api/common.ts';
import { Availability, Booking, Session, Slot, SlotQuery } from '../../api/sessions.ts';
import { slotsBetween } from '../../kit/availability/slots.ts';
import { type Context, currentUser, ownOrAdmin } from '../context.ts';
import { availabilityOf, setAvailability } from '../sessions/availability.ts';
import { book, momentOf, takenBetween } from '../sessions/booking.ts';
import { findSession } from './sessions.ts';

const DAY = 86_400_000;
/** Slots are shown of so many days at most. */
const SHOWN_DAYS = 31;

export function bookingRoutes(app: FastifyInstance, { pool, clock, ofUser }: Context): void {
  app.get<{ Params: UserId }>(
    '/bookings/availability/:userId',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: UserId, response: { 200: Availability } } },
    async ({ params }) => await availabilityOf(pool, params.userId),
  );

  app.put<{ Params: UserId; Body: Availability }>(
    '/bookings/availability/:userId',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'BAD_HOURS', 'BAD_ZONE'),
      schema: { params: UserId, body: Availability, response: { 200: Availability } },
    },
    async (request) => {
      const userId = ownOrAdmin(request, request.params.userId);
      await setAvailability(pool, userId, request.body);
      return await availabilityOf(pool, userId);
    },
  );

  app.get<{ Querystring: SlotQuery }>(
    '/bookings/slots',
    { ...ofUser('USER_NOT_FOUND'), schema: { querystring: SlotQuery, response: { 200: Type.Array(Slot) } } },
    async ({ query: { providerId, minutes, ...range } }) => {
      const from = momentOf(range.from);
      const to = Math.min(momentOf(range.to), from + SHOWN_DAYS * DAY);
      const [availability, taken] = [
        await availabilityOf(pool, providerId),
        to > from ? await takenBetween(pool, providerId, from, to + DAY) : [],
      ];
      const slots = slotsBetween({ availability, taken, minutes, now: clock() }, from, to);
      return slots.map(({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) }));
    },
  );

  app.post<{ Body: Booking }>(
    '/bookings',
    {
      ...ofUser(
        'USER_NOT_FOUND',
        'OWN_TIME',
        'SKILL_NOT_OFFERED',
        'SLOT_NOT_OFFERED',
        'SLOT_TAKEN',
        'INSUFFICIENT_CREDITS',
      ),
      schema: { body: Booking, response: { 201: Session } },
    },
    async (request, reply) => {
      const { id: seekerId } = currentUser(request);
      const id = await book(pool, seekerId, request.body, clock());
      return await reply.code(201).send(await findSession(pool, id, seekerId));
    },
  );
}
