import { defineContracts, event, type FromRows } from '@banyan/events';
import { Type } from 'typebox';

/** The facts of a service `bank` that takes the table `accounts` over, as an author states them. */
const OfAccount = Type.Object({ id: Type.Integer() });
const WithBalance = Type.Object({ id: Type.Integer(), balance: Type.Integer() });
const ofBank = { service: 'bank', version: 1, key: 'id' } as const;

export const contracts = defineContracts({
  system: 'shop',
  events: {
    AccountOpened: event({ ...ofBank, data: WithBalance }),
    BalanceChanged: event({ ...ofBank, data: WithBalance }),
    AccountClosed: event({ ...ofBank, data: OfAccount }),
  },
});

type Account = { id: number; balance: number; note: string | null };

export const fromRows: FromRows<typeof contracts> = {
  accounts: {
    insert: ({ id, balance }: Account) => ({ type: 'AccountOpened', data: { id, balance } }),
    update: (before: Account, { id, balance }: Account) =>
      before.balance === balance ? undefined : { type: 'BalanceChanged', data: { id, balance } },
    delete: ({ id }: Account) => ({ type: 'AccountClosed', data: { id } }),
  },
};
