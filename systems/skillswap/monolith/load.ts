import type { Arrival, Load, User } from '@banyan/harness';
import type { UserId } from '../api/common.ts';
import { API } from '../api/common.ts';

/** What users ask for that no service has taken over: their wallet. */
export default {
  start({ users, violate }) {
    const readWallet = async (user: User<string>, { send }: Arrival) => {
      const kind = 'GET /credits';
      const token = users.token(user);
      const outcome = await send({ kind, method: 'GET', path: `${API}/credits`, token, expect: 200 });
      if (outcome.is !== 'ok') return;
      const { userId } = outcome.body as UserId;
      if (userId !== user.id) violate({ kind, user: user.id, expected: user.id, got: String(userId) });
    };
    return {
      operations: [{ weight: 40, run: (arrival) => readWallet(users.any(), arrival) }],
      // It is made with the account, whoever has made that.
      firstVisit: readWallet,
    };
  },
} satisfies Load<string>;
