import { CallError, type ServiceClient } from '@banyan/service';
import type pg from 'pg';
import type { publicOffers } from '../../../contracts/public-api.ts';
import type { contracts } from '../../../contracts/users.ts';
import { isInactive } from '../../../kit/active-user.ts';
import type { Others } from './saga.ts';

export type Clients = {
  people: ServiceClient<Pick<(typeof contracts)['operations'], 'getStanding'>>;
  api: ServiceClient<typeof publicOffers>;
};

/** Whoever knows is asked: the users service while it has the profile, else what replication and auth have told of the account. */
export function askOthers({ people, api }: Clients, pool: pg.Pool): Others {
  return {
    mayApply: async (id, signal) => {
      const { known, active } = await people.getStanding({ params: { id } }, { signal });
      return known ? active : !(await isInactive(pool, id));
    },
    findJob: async (id, signal) => {
      try {
        const { is_active, title, company } = await api.getJob({ params: { id } }, { signal });
        return is_active ? { title, company: company.name } : undefined;
      } catch (error) {
        if (error instanceof CallError && error.problem?.status === 404) return undefined;
        throw error;
      }
    },
  };
}
