import { type Arrival, exclusively, type Load, once, rowsBy, type User } from '@banyan/harness';
import type pg from 'pg';
import type { Static } from 'typebox';
import { API, type UserId } from '../../api/common.ts';
import type * as api from '../../api/credits.ts';
import { AS_OF } from '../../monolith/generate.ts';
import { ledger } from './figures.ts';

type Person = User<string>;
type Purchased = Static<typeof api.Purchased>;
type Transaction = Static<typeof api.Transaction>;

/** Of money that moves: by its key, the transaction. */
const byKey = once(rowsBy('transactions', 'idempotency_key'));

/** People look into their wallets, buy credits and take out what they have earned; some ask twice with one key. */
export default {
  promises: { purchase: byKey, withdrawal: byKey, transfer: once(transfersOf) },
  facts: {
    // By the key of its session; the rows of the monolith's tell part by part.
    CreditsTransferred: {
      promise: 'transfer',
      key: ({ reference }) => /^session:(.+)$/.exec(String(reference))?.[1],
      or: {
        SessionCreditsKnown: ({ sessionId, part, movedAt }) =>
          part === 'PAYMENT' && Date.parse(String(movedAt)) > AS_OF ? sessionId : undefined,
      },
    },
  },
  balances: { ledger },
  start({ random, users, name, violate }) {
    let count = 0;
    const readWallet = async (user: Person, { send }: Arrival) => {
      const kind = 'GET /credits';
      const token = users.token(user);
      const outcome = await send({ kind, method: 'GET', path: `${API}/credits`, token, expect: 200 });
      if (outcome.is !== 'ok') return;
      const { userId } = outcome.body as UserId;
      if (userId !== user.id) violate({ kind, user: user.id, expected: user.id, got: String(userId) });
    };
    const move = (what: keyof typeof MOVES) => async (arrival: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const { idOf, mayRefuse, ...call } = MOVES[what];
        const key = `${name} ${++count}`;
        const body = call.body(random.int(1, 30));
        const send = async () =>
          await arrival.write(
            { name: what, key, value: idOf },
            {
              ...{
                kind: `POST ${call.path}`,
                method: 'POST',
                path: API + call.path,
                token: users.token(user),
              },
              ...{ headers: { 'idempotency-key': key }, body, expect: 201, mayRefuse },
            },
            user,
          );
        const first = await send();
        if (first.is !== 'ok' || !random.chance(0.2)) return;
        const second = await send();
        if (second.is !== 'ok' || idOf(second.body) === idOf(first.body)) return;
        const [expected, got] = [idOf(first.body), idOf(second.body)];
        violate({ kind: `POST ${call.path} again`, user: user.id, expected, got });
      });
    };
    const list = async ({ send }: Arrival) => {
      const token = users.token(users.any());
      await send({
        kind: 'GET /transactions',
        method: 'GET',
        path: `${API}/transactions`,
        token,
        expect: 200,
      });
    };
    return {
      operations: [
        { weight: 40, run: (arrival) => readWallet(users.any(), arrival) },
        { weight: 10, run: list },
        { weight: 15, run: move('purchase') },
        { weight: 5, run: move('withdrawal') },
      ],
      // It is made with the account, whoever has made that.
      firstVisit: readWallet,
    };
  },
} satisfies Load<string>;

const MOVES = {
  purchase: {
    path: '/payments/purchases',
    body: (tens: number) => ({ paymentMethodId: 'pm_card_visa', amount: tens * 1_000, currency: 'EUR' }),
    idOf: (body: unknown) => (body as Purchased).transactionId,
    mayRefuse: [],
  },
  withdrawal: {
    path: '/payments/withdrawals',
    body: (credits: number) => ({ credits, currency: 'EUR' }),
    idOf: (body: unknown) => (body as Transaction).id,
    // Nobody earns so much that there is always something to be paid out.
    mayRefuse: [409],
  },
};

/** What was paid for sessions. */
async function transfersOf(db: pg.Pool, sessions: string[]): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ id: string; ids: string[] }>(
    `SELECT session_id AS id, array_agg(id) AS ids FROM transactions
     WHERE type = 'SESSION_PAYMENT' AND session_id = ANY ($1) GROUP BY 1`,
    [sessions],
  );
  return new Map(rows.map(({ id, ids }) => [id, ids]));
}
