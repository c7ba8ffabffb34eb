import type { Events } from '@banyan/events';
import { leasedRows, type ServicePart } from '@banyan/service';
import type { contracts } from '../../contracts/payment.ts';
import { advanceDispute, COLUMNS as DISPUTE, type Dispute } from './disputes/dispute.ts';
import type { Purchasing } from './purchases/part.ts';
import { LEASE_MS, LookConfig, providerQueue } from './purchases/queue.ts';
import { findPurchase } from './purchases/store.ts';
import { advanceRefund, COLUMNS as REFUND, type Refund } from './refunds/refund.ts';

export type MoneyBack = {
  /** Looks now whether a refund or a dispute is to be gone on with. */
  wake(): void;
};

/** Goes on with refunds and disputes, until they are over. */
export const moneyBack: ServicePart<MoneyBack, typeof LookConfig> = {
  config: LookConfig,
  async start(host) {
    const { pool, provided } = host;
    const events = provided.events as Events<typeof contracts>;
    const { providerOf } = provided.purchasing as Purchasing;
    const refunds = providerQueue<Refund>(host, 'give money back', {
      rows: leasedRows({ table: 'refunds', key: 'id', columns: REFUND, leaseMs: LEASE_MS }),
      advance: async (refund) => {
        const purchase = (await findPurchase(pool, refund.purchaseId))!;
        return await advanceRefund(
          { pool, events, purchase, provider: providerOf(purchase.provider) },
          refund,
        );
      },
    });
    const disputes = providerQueue<Dispute>(host, 'look at disputes', {
      rows: leasedRows({ table: 'disputes', key: 'id', columns: DISPUTE, leaseMs: LEASE_MS }),
      advance: (dispute) => advanceDispute({ pool, events, provider: providerOf(dispute.provider) }, dispute),
    });
    return {
      provided: {
        wake: () => {
          refunds.wake();
          disputes.wake();
        },
      },
      open: async () => {
        await refunds.open();
        await disputes.open();
      },
      close: async () => {
        await Promise.all([refunds.close(), disputes.close()]);
      },
    };
  },
};
