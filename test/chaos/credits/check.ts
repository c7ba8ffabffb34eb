import { TRANSITIONS } from '../../../systems/skillswap/kit/sessions/transitions.ts';
import type { Records } from './people.ts';
import { isCharged } from './providers.ts';
import { invented } from './told.ts';
import type { World } from './world.ts';

const OPEN = `('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS')`;

/** What breaks a rule, as rows: SQL that should find nothing, by what it is against. Of all books, wherever credits have come from. */
export const BOOKS: Record<string, string> = {
  'entries of a posting are 0 together':
    'SELECT posting_id, sum(amount) FROM entries GROUP BY 1 HAVING sum(amount) <> 0',
  'all entries are 0 together': 'SELECT sum(amount) FROM entries HAVING sum(amount) <> 0',
  'a balance is the sum of its entries': `SELECT a.id, a.balance, sum(e.amount) FROM accounts a LEFT JOIN entries e ON e.account_id = a.id
     GROUP BY a.id, a.balance, a.version HAVING a.balance <> coalesce(sum(e.amount), 0) OR a.version <> count(e)`,
  'what is held is the sum of active holds': `SELECT a.owner, a.held, sum(h.amount) FROM accounts a
     LEFT JOIN holds h ON h.owner = a.owner AND h.state = 'ACTIVE' WHERE a.kind = 'WALLET'
     GROUP BY a.owner, a.held HAVING a.held <> coalesce(sum(h.amount), 0)`,
  'no wallet is negative': `SELECT owner, balance, held FROM accounts WHERE kind = 'WALLET' AND (balance < held OR held < 0)`,
  'no account was stopped': 'SELECT id, stopped FROM accounts WHERE stopped IS NOT NULL',
  'the books were never found broken': `SELECT message FROM banyan_events.outbox WHERE message ->> 'type' = 'LedgerBroken'`,
};

/** Where all credits were bought here. */
const LEDGER: Record<string, string> = {
  'each captured hold was posted once': `SELECT h.id, h.captured, count(p) FROM holds h LEFT JOIN postings p ON p.hold_id = h.id
     GROUP BY h.id HAVING count(p) <> (h.state = 'CAPTURED')::int`,
  'a purchase that is paid has its credits once, any other has none': `SELECT p.id, p.state, p.bought + p.bonus AS credits, c.credits AS posted FROM purchases p
     LEFT JOIN LATERAL (
       SELECT coalesce(sum(e.amount), 0) AS credits FROM postings g JOIN entries e ON e.posting_id = g.id JOIN accounts a ON a.id = e.account_id
       WHERE g.reference = 'purchase:' || p.id AND g.kind IN ('PURCHASE', 'BONUS') AND a.kind IN ('WALLET', 'DEBT') AND a.owner = p.user_id
     ) c ON true
     WHERE c.credits <> CASE WHEN p.state = 'PAID' THEN p.bought + p.bonus ELSE 0 END`,
  'no credits are bought but by a purchase': `SELECT g.id, g.reference FROM postings g WHERE g.kind IN ('PURCHASE', 'BONUS')
     AND NOT EXISTS (SELECT FROM purchases p WHERE g.reference = 'purchase:' || p.id)`,
  'a withdrawal that failed gave its credits back once': `SELECT w.id, w.state, count(g) FROM withdrawals w
     LEFT JOIN postings g ON g.reverses = w.posting_id GROUP BY w.id HAVING count(g) <> (w.state = 'FAILED')::int`,
};

const SESSIONS: Record<string, string> = {
  'no time of a provider is taken twice': `SELECT a.id, b.id FROM sessions a JOIN sessions b ON a.provider_id = b.provider_id AND a.id < b.id
     AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.state NOT IN ('DECLINED', 'CANCELLED') AND b.state NOT IN ('DECLINED', 'CANCELLED')`,
  'no credits of a session were lost': `SELECT * FROM session_credits WHERE state = 'LOST'`,
  'each session has its credits': `SELECT s.id FROM sessions s FULL JOIN session_credits c ON c.session_id = s.id
     WHERE s.id IS NULL OR c.session_id IS NULL OR s.credits <> c.amount`,
  'a rating is counted once': `SELECT p.user_id, p.rating_count, p.rating_sum, count(r), sum(r.stars) FROM skill_profiles p
     LEFT JOIN ratings r ON r.rated_id = p.user_id GROUP BY p.user_id
     HAVING p.rating_count <> count(r) OR p.rating_sum <> coalesce(sum(r.stars), 0)`,
};

/** At rest: what is held is of a session that is open, or whose end may still be contested; and what is open has its credits held. */
export async function checkHolds(world: World): Promise<string[]> {
  const holds = await world.query('payment', `SELECT id, amount::int FROM holds WHERE state = 'ACTIVE'`);
  const sessions = await world.query(
    'session',
    `SELECT c.hold_id AS id, c.amount FROM session_credits c JOIN sessions s ON s.id = c.session_id
     WHERE s.state IN ${OPEN} AND c.amount > 0`,
  );
  const named = (rows: { id: string; amount: number }[]) =>
    new Set(rows.map(({ id, amount }) => `${id} of ${amount}`));
  const [held, open] = [named(holds as never), named(sessions as never)];
  return [
    ...[...held].filter((one) => !open.has(one)).map((one) => `hold ${one} has no open session`),
    ...[...open].filter((one) => !held.has(one)).map((one) => `an open session has no hold: ${one}`),
  ];
}

/** When all is over. `found` is empty if every invariant held. */
export async function checkAll(
  world: World,
  records: Records,
): Promise<{ figures: Record<string, number>; found: string[] }> {
  const found = [
    ...(await against(world, 'payment', { ...BOOKS, ...LEDGER })),
    ...(await against(world, 'session', SESSIONS)),
    ...(await checkCharges(world)),
    ...(await checkPayouts(world)),
    ...(await checkSettlements(world)),
    ...(await checkStates(world)),
    ...(await checkRecords(world, records)),
    ...(await invented(world)),
  ];
  return { figures: await figuresOf(world), found };
}

async function against(
  world: World,
  service: 'session' | 'payment',
  rules: Record<string, string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [rule, sql] of Object.entries(rules)) {
    const rows = await world.query(service, sql);
    if (rows.length > 0)
      found.push(`${rule}: not ${rows.length} times, as ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return found;
}

/** No charge without credits, no credits without a charge; and money that went back went back once, with its credits gone. */
async function checkCharges(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const { name, payments, charged } of Object.values(world.payers)) {
    const purchases = await world.query(
      'payment',
      `SELECT p.id, p.state, p.payment_id AS "paymentId", p.amount, r.state AS refund FROM purchases p
         LEFT JOIN refunds r ON r.purchase_id = p.id WHERE provider = $1`,
      [name],
    );
    const paid = new Map(
      purchases.filter(({ state }) => state === 'PAID').map((one) => [one.paymentId, one]),
    );
    const taken = payments().filter((id) => isCharged(world, name, id));
    for (const id of taken)
      if (!paid.has(id)) found.push(`${name} has charged ${id}, for which nobody has credits`);
    for (const id of paid.keys())
      if (!taken.includes(id)) found.push(`${name} has not charged ${id}, which is paid here`);
    const kept = [...paid.values()]
      .filter(({ refund }) => refund !== 'DONE')
      .reduce((sum, { amount }) => sum + amount, 0);
    if (kept !== charged()) found.push(`${name} has ${charged()} of payers, and ${kept} is known of`);
  }
  return found;
}

/** A withdrawal is paid by one way, once. */
async function checkPayouts(world: World): Promise<string[]> {
  const withdrawals = await world.query(
    'payment',
    `SELECT w.id, w.state, w.method, w.amount::int, l.withdrawal_id IS NOT NULL AS line FROM withdrawals w LEFT JOIN payout_lines l ON l.withdrawal_id = w.id`,
  );
  const transfers = [...world.payers.stripe.double.transfers.values()];
  return withdrawals.flatMap(({ id, state, method, amount, line }) => {
    const made = transfers.filter(({ transfer_group: group }) => group?.includes(id));
    const isRight =
      method === 'stripe'
        ? !line && made.length === (state === 'PAID' ? 1 : 0) && made.every((one) => one.amount === amount)
        : made.length === 0 && line === (method === 'bank' && state !== 'REVIEW');
    return isRight ? [] : [`withdrawal ${id} is ${state} by ${method}, with ${made.length} transfers`];
  });
}

/** What a session says of its credits is what payment has done, once. */
async function checkSettlements(world: World): Promise<string[]> {
  const holds = await world.query('payment', 'SELECT id, state, captured::int, reference FROM holds');
  const credits = await world.query(
    'session',
    'SELECT session_id, hold_id, captured, amount FROM session_credits',
  );
  const known = new Map(holds.map((one) => [one.id, one]));
  const used = new Set(credits.map(({ hold_id }) => hold_id));
  return [
    ...credits
      .filter(({ hold_id, captured, amount }) => {
        if (amount === 0) return hold_id !== null;
        const hold = known.get(hold_id);
        return hold?.captured !== captured || hold.state !== (captured > 0 ? 'CAPTURED' : 'RELEASED');
      })
      .map((one) => `${JSON.stringify(one)} was settled as ${JSON.stringify(known.get(one.hold_id))}`),
    ...holds
      .filter(({ id, captured }) => !used.has(id) && captured > 0)
      .map((one) => `${JSON.stringify(one)} was paid for no session`),
  ];
}

/** A session has gone where the table says, step by step, and is where its last step led. */
async function checkStates(world: World): Promise<string[]> {
  const rows = await world.query(
    'session',
    `SELECT s.id, s.state, array_agg(ARRAY[h.from_state, h.to_state] ORDER BY h.created_at) AS steps
     FROM sessions s LEFT JOIN session_history h ON h.session_id = s.id GROUP BY s.id`,
  );
  const legal = new Set(
    Object.values(TRANSITIONS).flatMap(({ from, to }) => from.map((one) => `${one} ${to}`)),
  );
  return rows.flatMap(({ id, state, steps }) => {
    const isChain = (steps as [string | null, string][]).every(([from, to], index) =>
      index === 0
        ? from === null && to === 'REQUESTED'
        : from === steps[index - 1][1] && legal.has(`${from} ${to}`),
    );
    return isChain && steps.at(-1)[1] === state
      ? []
      : [`session ${id} is ${state} by ${JSON.stringify(steps)}`];
  });
}

/** Every acknowledged write is there once; what was refused is not there. */
async function checkRecords(world: World, records: Records): Promise<string[]> {
  const found: string[] = [];
  const demand = (holds: boolean, what: string) => {
    if (!holds) found.push(what);
  };
  const byKey = async (table: string, columns: string) =>
    new Map(
      (await world.query('payment', `SELECT user_id || ' ' || key AS key, ${columns} FROM ${table}`)).map(
        (row) => [row.key, row],
      ),
    );
  const purchases = await byKey('purchases', 'state');
  for (const { userId, key, isPaid, outcome } of records.purchases) {
    const row = purchases.get(`${userId} ${key}`);
    if (outcome === 'done') demand(row !== undefined, `purchase ${key} was answered well and is not there`);
    if (isPaid) demand(row?.state === 'PAID', `purchase ${key} was paid, and is ${row?.state}`);
  }
  const withdrawals = await byKey('withdrawals', 'state');
  for (const { userId, key, outcome } of records.withdrawals)
    if (outcome !== 'unknown')
      demand(
        withdrawals.has(`${userId} ${key}`) === (outcome === 'done'),
        `withdrawal ${key} was ${outcome}, and is ${withdrawals.has(`${userId} ${key}`) ? '' : 'not '}there`,
      );
  const refunds = new Set(
    (await world.query('payment', 'SELECT purchase_id FROM refunds')).map((row) => row.purchase_id),
  );
  for (const id of records.refunds) demand(refunds.has(id), `refund of ${id} is not there`);

  const sessions = new Map<string, string[]>();
  for (const { id, message } of await world.query('session', 'SELECT id, message FROM sessions'))
    sessions.set(message, [...(sessions.get(message) ?? []), id]);
  for (const { message, id, outcome } of records.bookings) {
    const there = sessions.get(message) ?? [];
    demand(there.length <= 1, `booking ${message} is there ${there.length} times`);
    if (outcome === 'done')
      demand(there[0] === id, `booking ${message} was answered with ${id}, and is ${there[0]}`);
    if (outcome === 'refused') demand(there.length === 0, `booking ${message} was refused, and is there`);
  }
  const steps = new Map<string, number>();
  for (const { step, count } of await world.query(
    'session',
    `SELECT session_id || ' ' || to_state || ' ' || actor_id AS step, count(*)::int FROM session_history WHERE actor_id IS NOT NULL GROUP BY 1`,
  ))
    steps.set(step, count);
  for (const { sessionId, to, actorId } of records.moves) {
    const step = `${sessionId} ${to} ${actorId}`;
    demand((steps.get(step) ?? 0) > 0, `step ${step} was answered well, and is not there often enough`);
    steps.set(step, (steps.get(step) ?? 0) - 1);
  }
  const ratings = new Set(
    (await world.query('session', 'SELECT session_id, rater_id FROM ratings')).map(
      (row) => `${row.session_id} ${row.rater_id}`,
    ),
  );
  for (const { sessionId, raterId } of records.ratings)
    demand(ratings.has(`${sessionId} ${raterId}`), `a rating of ${sessionId} is not there`);
  const contests = new Set(
    (await world.query('session', 'SELECT session_id FROM disputes')).map((row) => row.session_id),
  );
  for (const id of records.contests) demand(contests.has(id), `${id} was contested, and is not`);
  return found;
}

async function figuresOf(world: World): Promise<Record<string, number>> {
  const one = async (service: 'session' | 'payment', sql: string) =>
    (await world.query(service, sql))[0] as Record<string, number>;
  return {
    ...(await one(
      'payment',
      `SELECT count(*)::int AS purchases, (count(*) FILTER (WHERE state = 'PAID'))::int AS paid FROM purchases`,
    )),
    ...(await one('payment', 'SELECT count(*)::int AS refunds FROM refunds')),
    ...(await one('payment', 'SELECT count(*)::int AS chargebacks FROM disputes')),
    ...(await one('payment', 'SELECT count(*)::int AS withdrawals FROM withdrawals')),
    ...(await one(
      'session',
      `SELECT count(*)::int AS sessions, (count(*) FILTER (WHERE state = 'COMPLETED'))::int AS completed,
         (count(*) FILTER (WHERE state = 'CANCELLED'))::int AS cancelled FROM sessions`,
    )),
    ...(await one('session', 'SELECT count(*)::int AS ratings FROM ratings')),
    ...(await one('session', 'SELECT count(*)::int AS contested FROM disputes')),
  };
}
