import { personalTables as ofPackage } from '@banyan/notifications';
import type { PersonalTables } from '@banyan/service';
import { skillswap } from './skillswap.ts';

const { first, tables, impersonal } = ofPackage(skillswap.people);

/** What notification has about people, and what becomes of it with their account. */
export const personalTables: PersonalTables = {
  ...(first && { first }),
  tables: [
    ...tables,
    { table: 'notifications', of: 'user_id = $1', erased: 'delete', brought: true },
    {
      table: 'users',
      of: 'id = $1',
      erased: {
        set: `email = 'deleted-' || id || '@invalid', status = 'DELETED'`,
        still: `status <> 'DELETED'`,
      },
      kept: 'that somebody of this id is gone',
      brought: true,
    },
  ],
  impersonal,
};
