import { type Static, Type } from 'typebox';
import { defineContracts, event } from '../../contracts.ts';
import type { FromRows } from '../from-rows.ts';

const Account = Type.Object({ id: Type.Integer(), balance: Type.Integer() });
const ofBank = { service: 'bank', version: 1, key: 'id', data: Account } as const;

/** What a service `bank` says of its accounts: of the changes, and to whom asks of what there is. */
export const contracts = defineContracts({
  system: 'shop',
  events: { BalanceChanged: event(ofBank), AccountIs: event(ofBank) },
});

export const fromRows: FromRows<typeof contracts> = {
  accounts: {
    exists: ({ id, balance }: Static<typeof Account>) => ({ type: 'AccountIs', data: { id, balance } }),
  },
};
