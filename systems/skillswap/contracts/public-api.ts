/** What services ask through the gateway, in the name of their callers: whoever has it answers. */
import { operation } from '@banyan/service';
import { API, Id } from '../api/common.ts';
import { UserExport } from '../api/users.ts';

export const publicExport = {
  /** What the monolith has of somebody, as long as it has anything. */
  exportUser: operation({
    service: 'api',
    method: 'GET',
    path: `${API}/users/:id/export`,
    params: Id,
    answer: UserExport,
  }),
};
