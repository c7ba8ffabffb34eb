import { isDeepStrictEqual } from 'node:util';
import type { FromRows } from '@banyan/events';
import { contracts } from '../../contracts/users.ts';
import { userIn } from '../../kit/actors.ts';
import { fieldsOf } from './decide.ts';

export { contracts };

/** Columns of `profiles` whose changes are told: what a person says of themselves. The others are auth's, or follow from these. */
const TOLD = ['first_name', 'last_name', 'phone', 'location', 'headline', 'skills', 'preferences'] as const;

export type ProfileRow = { user_id: number } & Record<(typeof TOLD)[number], unknown>;

/** What the monolith does with profiles, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  profiles: {
    update: (before: ProfileRow, after: ProfileRow, { actor }) => {
      const changed = TOLD.filter((column) => !isDeepStrictEqual(before[column], after[column]));
      if (changed.length === 0) return undefined;
      const updatedBy = userIn(actor);
      return {
        type: 'ProfileChanged',
        data: {
          userId: after.user_id,
          changed: fieldsOf(changed),
          ...(updatedBy === undefined ? {} : { updatedBy }),
        },
      };
    },
  },
};
