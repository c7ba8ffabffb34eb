import type { Decider, FromRows, StreamOf } from '@banyan/events';
import { fromRows as published, type contracts as stated } from './account-facts.ts';

/** The same service `bank`, whose accounts are streams of its event store: what replication brings is kept there too. */
export { contracts } from './account-facts.ts';

export const fromRows: FromRows<typeof stated> = {
  accounts: {
    ...published.accounts,
    exists: ({ id, balance }: { id: number; balance: number }) => ({
      type: 'AccountOpened',
      data: { id, balance },
    }),
  },
};

export const streamOf: StreamOf<typeof stated> = ({ data: { id } }) => streamOfAccount(id);

export const streamOfAccount = (id: number) => `account-${id}`;

type AccountEvent =
  | { type: 'AccountOpened' | 'BalanceChanged'; data: { id: number; balance: number } }
  | { type: 'AccountClosed'; data: { id: number } };

/** Nobody takes more than there is. */
export const account: Decider<number, { id: number; take: number }, AccountEvent> = {
  name: 'account',
  initialState: () => 0,
  decide({ id, take }, balance) {
    if (take > balance) throw new Error(`there are only ${balance}`);
    return { type: 'BalanceChanged', data: { id, balance: balance - take } };
  },
  evolve: (_balance, event) => (event.type === 'AccountClosed' ? 0 : event.data.balance),
};
