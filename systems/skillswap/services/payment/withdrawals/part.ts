import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import { type Encryption, leasedRows, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/payment.ts';
import { PurchaseConfig } from '../purchases/part.ts';
import { LEASE_MS, LookConfig, providerQueue } from '../purchases/queue.ts';
import { stripeApi } from '../purchases/stripe-api.ts';
import { review } from '../risk/cases.ts';
import type { Screening } from '../risk/part.ts';
import { bankFile } from './bank.ts';
import type { MethodName, PayoutMethod } from './method.ts';
import { createPayees, type Payees } from './payees.ts';
import { stripeConnect } from './stripe-connect.ts';
import { advanceWithdrawal, COLUMNS, type Withdrawal } from './withdrawal.ts';

const { STRIPE_URL, STRIPE_SECRET_KEY, PROVIDER_TIMEOUT_MS } = PurchaseConfig.properties;
const WithdrawalConfig = Type.Object({
  ...{ STRIPE_URL, STRIPE_SECRET_KEY, PROVIDER_TIMEOUT_MS },
  ...LookConfig.properties,
});

export type Withdrawing = {
  payees: Payees;
  /** Looks now whether a withdrawal is to be gone on with. */
  wake(): void;
};

/** Pays withdrawals that are due: into the bank's file, or to accounts that are connected with Stripe. */
export const withdrawing: ServicePart<Withdrawing, typeof WithdrawalConfig> = {
  config: WithdrawalConfig,
  async start(host) {
    const { pool, config, provided } = host;
    const events = provided.events as Events<typeof contracts>;
    const payees = createPayees(pool, provided.encryption as Encryption);
    const { STRIPE_URL: url, STRIPE_SECRET_KEY: secretKey, PROVIDER_TIMEOUT_MS: timeoutMs } = config;
    const methods = new Map<MethodName, PayoutMethod>([['bank', bankFile(pool)]]);
    if (secretKey) methods.set('stripe', stripeConnect(stripeApi({ url, secretKey, timeoutMs })));
    const { sanctions } = provided.screening as Screening;

    async function mayBePaid(withdrawal: Withdrawal): Promise<boolean> {
      const { userId, name, country } = withdrawal;
      const found = await sanctions.matches({ name: await payees.open(userId, name!), country: country! });
      const reasons = found.map((entry) => ({ rule: 'SANCTIONS', detail: entry }));
      if (await isSuspended(pool, userId))
        reasons.push({ rule: 'SUSPENDED', detail: 'the account is suspended' });
      if (reasons.length === 0) return true;
      const kind = found.length > 0 ? 'LAUNDERING' : 'FRAUD';
      await withTransaction(pool, (tx) => review(tx, withdrawal, reasons, kind));
      return false;
    }

    const queue = providerQueue<Withdrawal>(host, 'pay withdrawals', {
      rows: leasedRows({ table: 'withdrawals', key: 'id', columns: COLUMNS, leaseMs: LEASE_MS }),
      advance: (withdrawal) => advanceWithdrawal({ pool, events, methods, mayBePaid }, withdrawal),
    });
    return { provided: { payees, wake: queue.wake }, open: queue.open, close: queue.close };
  },
};

/** As others tell. Who is gone gets what they had asked for before. */
async function isSuspended(db: Db, userId: string): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM people WHERE id = $1 AND status = 'SUSPENDED'`, [userId]);
  return rowCount === 1;
}
