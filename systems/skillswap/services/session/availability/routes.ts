import type { Db } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { UserId } from '../../../api/common.ts';
import { Availability } from '../../../api/sessions.ts';
import { isOwnOrAdmin, type OfUser } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import { availabilityOf, setAvailability } from './store.ts';

/** When somebody teaches. */
export function availabilityRoutes(app: ServiceApp, { pool, ofUser }: { pool: Db; ofUser: OfUser }): void {
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
      await setAvailability(pool, userId, request.body);
      return await availabilityOf(pool, userId);
    },
  );
}
