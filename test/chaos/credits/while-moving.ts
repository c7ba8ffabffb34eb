import type { ServiceStatus } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { contradictions } from '../../../systems/skillswap/monolith/testing/ledger.ts';
import { SECRET_KEY } from '../../../systems/skillswap/services/payment/testing/stripe-double-keys.ts';
import { pick } from '../../random.ts';
import type { Beside } from '../run.ts';
import { BOOKS } from './check.ts';

const EVERY_MS = 300;
const LOOK_MS = 500;
/** The monolith goes on once a minute with what is left open, and with purchases when they are a minute old. */
const LEAST_MS = 180_000;
/** Oftener after the charge than before it. */
const HOWS = ['down', 'lost', 'lost', 'hang'] as const;
const PATHS = ['^POST .*payment_intents$', 'confirm$', 'confirm$', '^GET .*payment_intents/'];

/**
 * What SkillSwap has beside its rows, while sessions and credits step to and fro: a provider of payments that fails, before and after it has
 * charged, and books on both sides that have to be right in the end, with its own list of charges.
 */
export const creditsWhileMoving: Beside = {
  trouble({ beside }, random) {
    const stripe = beside.get('stripe')!;
    let stopped = false;
    const running = (async () => {
      while (!stopped) {
        const fault = { how: pick(random, HOWS), path: pick(random, PATHS) };
        // One at a time: nobody asks it while the monolith sells credits.
        await order(stripe, 'healthy');
        await order(stripe, 'faults', fault);
        await pauseFor(EVERY_MS);
      }
      await order(stripe, 'healthy');
    })();
    return async () => {
      stopped = true;
      await running;
    };
  },
  async check({ beside, databases }, services, limitMs) {
    const stripe = beside.get('stripe')!;
    // What it told while nobody listened it tells late.
    await order(stripe, 'again');
    const pools = new Map([...databases].map(([name, url]) => [name, createPool(url, { max: 2 })]));
    try {
      const limit = performance.now() + Math.max(limitMs, LEAST_MS);
      for (;;) {
        const problems = await lookAtAll({ stripe, pools, services });
        if (problems.length === 0 || performance.now() > limit)
          return { figures: await figuresOf(stripe, pools.get('monolith')!), problems };
        await pauseFor(LOOK_MS);
      }
    } finally {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    }
  },
};

/** The monolith has the holds of both sides. */
async function figuresOf(stripe: string, monolith: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await monolith.query(
    `SELECT (count(*) FILTER (WHERE status = 'HELD'))::int AS "open holds" FROM credit_holds`,
  );
  return { ...rows[0], charges: (await listOf(stripe, 'payment_intents')).length };
}

type Places = { stripe: string; pools: ReadonlyMap<string, pg.Pool>; services: readonly ServiceStatus[] };

/** What is not as it should be, or not yet. */
async function lookAtAll({ stripe, pools, services }: Places): Promise<string[]> {
  const monolith = pools.get('monolith')!;
  const isMigrated = (name: string) =>
    services.some((one) => one.service === name && one.stage === 'migrated');
  const found = (await contradictions(monolith)).map((one) => `in the monolith: ${JSON.stringify(one)}`);
  const [session, payment] = [pools.get('session'), pools.get('payment')];
  if (!session || !payment) return found;
  const writesCredits = isMigrated('payment');
  if (writesCredits !== isMigrated('session')) found.push('session and payment are not on the same side');
  if (writesCredits) {
    found.push(
      ...(await against(payment, BOOKS)),
      ...(await lookAtPurchases(payment)),
      ...(await against(session, SESSIONS)),
    );
    found.push(...(await lookAtHolds(session, payment)));
  }
  const writer = writesCredits ? payment : monolith;
  found.push(...(await lookAtCharges(stripe, writer, { givesBack: writesCredits })));
  return found;
}

const SESSIONS = {
  'no time of a provider is taken twice': `SELECT a.id, b.id FROM sessions a JOIN sessions b ON a.provider_id = b.provider_id AND a.id < b.id
     AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.state NOT IN ('DECLINED', 'CANCELLED') AND b.state NOT IN ('DECLINED', 'CANCELLED')`,
  'no credits of a session were lost': `SELECT * FROM session_credits WHERE state = 'LOST'`,
  'no booking is left half done': `SELECT session_id, state FROM session_credits WHERE state IN ('ASKED', 'UNDOING')
     UNION ALL SELECT id, state FROM sessions WHERE NOT booked`,
};

/** One that the monolith has ended has the monolith's charge and no payment here: its credits came by the links. */
const PURCHASES = {
  'what was bought here has its credits once, and no more': `SELECT p.id, p.state, p.bought + p.bonus AS credits, c.credits AS posted FROM purchases p
     LEFT JOIN LATERAL (
       SELECT coalesce(sum(e.amount), 0) AS credits FROM postings g JOIN entries e ON e.posting_id = g.id JOIN accounts a ON a.id = e.account_id
       WHERE g.reference = 'purchase:' || p.id AND g.kind IN ('PURCHASE', 'BONUS') AND a.kind IN ('WALLET', 'DEBT') AND a.owner = p.user_id
     ) c ON true
     WHERE c.credits <> CASE WHEN p.state = 'PAID' AND p.payment_id IS NOT NULL THEN p.bought + p.bonus ELSE 0 END`,
  'no purchase is left open': `SELECT id, state, due_at FROM purchases WHERE state NOT IN ('PAID', 'FAILED')`,
};

/** Purchases of the service that are not as they should be. */
export async function lookAtPurchases(payment: pg.Pool): Promise<string[]> {
  return await against(payment, PURCHASES);
}

async function against(pool: pg.Pool, rules: Record<string, string>): Promise<string[]> {
  const found: string[] = [];
  for (const [rule, sql] of Object.entries(rules)) {
    const { rows } = await pool.query(sql);
    if (rows.length > 0)
      found.push(`${rule}: not ${rows.length} times, as ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return found;
}

/** No hold for ever: what is held is of a session that is open, or may be contested; and what is open has its credits held. */
async function lookAtHolds(session: pg.Pool, payment: pg.Pool): Promise<string[]> {
  const holds = await payment.query<{ id: string }>(
    `SELECT substr(reference, 9) AS id FROM holds WHERE state = 'ACTIVE'`,
  );
  const sessions = await session.query<{ id: string }>(
    `SELECT id FROM sessions WHERE credits > 0 AND (state IN ('REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS')
       OR EXISTS (SELECT FROM settlements WHERE session_id = sessions.id))`,
  );
  const [held, open] = [holds, sessions].map(({ rows }) => new Set(rows.map(({ id }) => id))) as [
    Set<string>,
    Set<string>,
  ];
  return [
    ...[...held].filter((id) => !open.has(id)).map((id) => `credits are held for ${id}, which is not open`),
    ...[...open].filter((id) => !held.has(id)).map((id) => `no credits are held for ${id}, which is open`),
  ];
}

type Charge = {
  id: string;
  latest_charge: string;
  amount_received: number;
  metadata: { purchase_id: string };
};
type Refund = { payment_intent: string };

/**
 * No charge without credits, none twice, and no credits without a charge, by the provider's own list. What was charged too much has to be given
 * back; as long as the monolith writes nobody does.
 */
export async function lookAtCharges(
  stripe: string,
  writer: pg.Pool,
  { givesBack = true } = {},
): Promise<string[]> {
  const { rows } = await writer.query<{ id: string; paymentId: string; amount: number }>(
    `SELECT id, payment_id AS "paymentId", amount FROM transactions WHERE type = 'PURCHASE' AND status = 'COMPLETED'`,
  );
  const bought = new Map(rows.map((row) => [row.id, row]));
  const charges = await listOf<Charge>(stripe, 'payment_intents');
  const charged = new Set(charges.map(({ latest_charge }) => latest_charge));
  const givenBack = new Set(
    (await listOf<Refund>(stripe, 'refunds')).map(({ payment_intent }) => payment_intent),
  );
  const wrong = charges.flatMap(({ id, latest_charge, amount_received, metadata: { purchase_id } }) => {
    const credits = bought.get(purchase_id);
    if (credits?.paymentId === latest_charge)
      return credits.amount === amount_received ? [] : [`${purchase_id} was charged ${amount_received}`];
    if (givenBack.has(id)) return [];
    if (!credits) return [`${id} was charged for ${purchase_id}, of which nobody has credits`];
    return givesBack
      ? [`${purchase_id} was charged as ${latest_charge}, and again as ${credits.paymentId}`]
      : [];
  });
  const free = rows.filter(({ paymentId }) => paymentId?.startsWith('ch_') && !charged.has(paymentId));
  return [
    ...wrong,
    ...free.map(({ id, paymentId }) => `${id} has credits for ${paymentId}, which is no charge`),
  ];
}

/** Those that have succeeded. */
async function listOf<Thing>(stripe: string, kind: 'payment_intents' | 'refunds'): Promise<Thing[]> {
  const all: Array<Thing & { id: string; status: string }> = [];
  for (let hasMore = true; hasMore; ) {
    const after = all.length > 0 ? `&starting_after=${all.at(-1)!.id}` : '';
    const answer = await fetch(`${stripe}/v1/${kind}?limit=100${after}`, {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    const page = (await answer.json()) as { data: typeof all; has_more: boolean };
    all.push(...page.data);
    hasMore = page.has_more;
  }
  return all.filter(({ status }) => status === 'succeeded');
}

async function order(stripe: string, what: string, body: object = {}): Promise<void> {
  await fetch(`${stripe}/_double/${what}`, { method: 'POST', body: JSON.stringify(body) });
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
