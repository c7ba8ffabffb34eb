import type { Arrival, Load, User } from '@banyan/harness';
import type { UserId } from '../api/common.ts';
import { API } from '../api/common.ts';

/** What users ask for that no service has taken over: their wallet, what they and others can, and whom they might learn from. */
export default {
  start({ users, violate }) {
    /** Of somebody, with something that tells whose it is. */
    const ofUser = async (
      kind: string,
      path: string,
      user: User<string>,
      asking: User<string>,
      { send }: Arrival,
    ) => {
      const token = users.token(asking);
      const outcome = await send({ kind, method: 'GET', path: API + path, token, expect: 200 });
      if (outcome.is !== 'ok') return;
      const { userId } = outcome.body as UserId;
      if (userId !== user.id) violate({ kind, user: user.id, expected: user.id, got: String(userId) });
    };
    const readWallet = (user: User<string>, arrival: Arrival) =>
      ofUser('GET /credits', '/credits', user, user, arrival);
    const readProfile = (user: User<string>, asking: User<string>, arrival: Arrival) =>
      ofUser('GET /skills/profiles/:id', `/skills/profiles/${user.id}`, user, asking, arrival);
    return {
      operations: [
        { weight: 40, run: (arrival) => readWallet(users.any(), arrival) },
        { weight: 30, run: (arrival) => readProfile(users.any(), users.any(), arrival) },
      ],
      // Both are made with the account, whoever has made that.
      firstVisit: async (user, arrival) => {
        await readWallet(user, arrival);
        await readProfile(user, user, arrival);
      },
    };
  },
} satisfies Load<string>;
