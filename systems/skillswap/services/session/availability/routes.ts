import type { ServiceApp } from '@banyan/service';
import { UserId } from '../../../api/common.ts';
import { Availability } from '../../../api/sessions.ts';
import { isOwnOrAdmin, type OfUser } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import { type AvailabilityHost, setAvailability } from './set.ts';
import { availabilityOf } from './store.ts';

/** When somebody teaches. */
export function availabilityRoutes(
  app: ServiceApp,
  { ofUser, ...host }: AvailabilityHost & { ofUser: OfUser },
): void {
  const { pool } = host;

  app.get(
    '/bookings/availability/:userId',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: UserId, response: { 200: Availability } } },
    async ({ params }) => await availabilityOf(pool, params.userId),
  );

  app.put(
    '/bookings/availability/:userId',
    {
      ...ofUser('FORBIDDEN', 'USER_NOT_FOUND', 'BAD_HOURS', 'BAD_ZONE'),
      schema: { params: UserId, body: Availability, response: { 200: Availability } },
    },
    async (request) => {
      const { userId } = request.params;
      if (!isOwnOrAdmin(request, userId)) throw new ApiError('FORBIDDEN');
      await setAvailability(host, userId, request.body);
      return await availabilityOf(pool, userId);
    },
  );
}
