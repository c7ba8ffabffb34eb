import { eventing } from '@banyan/events';
import { defineService } from '@banyan/service';
import { contracts, fromRows } from './account-streams.ts';

/**
 * A process that runs the service `bank` and a consumer `reports`, which asks for the accounts that are there and writes down what it is
 * told of each. To be killed. Its argument: URLs, as JSON.
 */
const { bus, bank, reports } = JSON.parse(process.argv[2]!) as Record<'bus' | 'bank' | 'reports', string>;
process.on('disconnect', () => process.exit());
const common = { LOG_LEVEL: 'silent', PORT: '0', BUS_URL: bus };
const consumer = defineService({
  name: 'reports',
  use: {
    events: eventing(contracts, {
      backfill: ['bank'],
      on: Object.fromEntries(
        (['AccountOpened', 'BalanceChanged'] as const).map((type) => [
          type,
          async (
            { data }: { data: { id: number; balance: number } },
            { tx }: { tx: { query(sql: string, values: unknown[]): Promise<unknown> } },
          ) => {
            await tx.query('INSERT INTO told (id, type, balance) VALUES ($1, $2, $3)', [
              data.id,
              type,
              data.balance,
            ]);
          },
        ]),
      ),
    }),
  },
  routes: () => {},
});
const owner = defineService({
  name: 'bank',
  use: { events: eventing(contracts, { fromRows }) },
  routes: () => {},
});
await consumer.start({ ...common, DATABASE_URL: reports });
await owner.start({ ...common, DATABASE_URL: bank });
process.send!('started');
