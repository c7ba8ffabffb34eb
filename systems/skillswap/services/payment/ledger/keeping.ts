import type { Events } from '@banyan/events';
import { counter, createMetrics, gauge, repeatedWork, type ServicePart } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/payment.ts';
import { checkSome, type Found, sumOfAll } from './check.ts';
import type { Credits } from './credits.ts';
import { nameOf } from './decide.ts';
import { openSome } from './opening.ts';
import { overdueHolds } from './store.ts';
import { inLedgerAsWriter, isWriter, unlessNotWriter } from './writer.ts';

const KeepingConfig = Type.Object({
  /** How long from one look at the books to the next, ms. */
  LEDGER_CHECK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /**
   * How many accounts are looked at each time, one after the other, and then the first again: 1,000 a second take some 6 % of a core, whether anything moves
   * or not.
   */
  LEDGER_CHECK_ACCOUNTS: Type.Integer({ minimum: 1, default: 200 }),
  /** How long until wallets that links have brought from the monolith are part of the books, ms. */
  OPEN_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** How long until a hold that is over is given back, ms. */
  HOLD_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
});

const METRICS = {
  'ledger.violations': counter('What was found not to be right, by what is wrong, once for each account.', [
    'invariant',
  ]),
  'ledger.broken_accounts': gauge('How many accounts are not right, as of the last look at all.'),
  'ledger.sum': gauge('Of all accounts: 0 as long as the books are right.'),
  'ledger.accounts_checked': counter('Accounts looked at.'),
};

/** Holds given back at a time, and wallets opened. */
const MOST = 100;
/** When all wallets come at once, users have just come too: opening them leaves the database alone for so many times as long as some took. */
const REST = 3;

/** Looks at the books all the time, gives the alarm when they are not right, and gives back what is held no longer. */
export const keeping: ServicePart<undefined, typeof KeepingConfig> = {
  config: KeepingConfig,
  async start(host) {
    const { config, pool, log, provided } = host;
    const events = provided.events as Events<typeof contracts>;
    const credits = provided.credits as Credits;
    const metrics = createMetrics(METRICS, host.metrics);
    let after = '0';

    let broken = 0;

    async function check(): Promise<void> {
      const most = config.LEDGER_CHECK_ACCOUNTS;
      const { found, looked, next } = await checkSome(pool, { after, most }, alarm);
      metrics.count('ledger.accounts_checked', {}, looked);
      broken += found.length;
      after = next ?? '0';
      if (next !== null) return;
      const sum = await sumOfAll(pool);
      metrics.gauge('ledger.sum', {}, sum);
      metrics.gauge('ledger.broken_accounts', {}, broken);
      broken = 0;
      if (sum !== 0) log.error({ sum }, 'all accounts together are not 0');
    }

    /** Once for each account. */
    async function alarm(tx: pg.PoolClient, { account, violations }: Found): Promise<void> {
      await events.publish(tx, 'LedgerBroken', { account: nameOf(account), violations });
      log.error({ account: nameOf(account), violations }, 'the books are not right');
      for (const { invariant } of violations) metrics.count('ledger.violations', { invariant });
    }

    /** Those in which something moves are opened with it; what is left of them is opened here. */
    async function open(): Promise<number | undefined> {
      if (!(await isWriter(pool))) return undefined;
      const began = performance.now();
      const opened = await inLedgerAsWriter(pool, (tx) => openSome(tx, MOST)).catch(unlessNotWriter);
      return opened === MOST ? (performance.now() - began) * REST : undefined;
    }

    async function expire(): Promise<boolean> {
      if (!(await isWriter(pool))) return false;
      const overdue = await overdueHolds(pool, MOST);
      await Promise.all(overdue.map((id) => credits.release(id, 'EXPIRED').catch(unlessCaptured)));
      return overdue.length === MOST;
    }

    const work = repeatedWork(host, {
      'check the ledger': { everyMs: config.LEDGER_CHECK_MS, inOneProcess: true, run: check },
      'open wallets that links have brought': { everyMs: config.OPEN_MS, inOneProcess: true, run: open },
      'give back holds that are over': { everyMs: config.HOLD_LOOK_MS, inOneProcess: true, run: expire },
    });
    return { provided: undefined, ...work };
  },
};

/** Somebody was quicker by a moment. */
function unlessCaptured(error: { code?: string }): undefined {
  if (error.code !== 'HOLD_ENDED' && error.code !== 'WALLET_STOPPED') unlessNotWriter(error);
}
