import { Type } from 'typebox';
import { type Contracts, command, defineContracts } from '../contracts.ts';

export const ASKED = 'BanyanBackfillAsked';
export const ANSWERED = 'BanyanBackfillAnswered';

const Group = Type.String({ pattern: '^[\\w.-]{1,200}$' });
/** Each goes to the one service that it names as its recipient, whoever handles it. */
const between = { service: 'banyan', version: 1, key: 'consumer' } as const;

/** By which services ask each other for the rows that are there. No system states them. */
const messages = {
  [ASKED]: command({ ...between, data: Type.Object({ owner: Group, consumer: Group }) }),
  [ANSWERED]: command({
    ...between,
    data: Type.Object({ owner: Group, consumer: Group, refusal: Type.Optional(Type.String()) }),
  }),
};

export type Asked = { owner: string; consumer: string };
export type Answered = Asked & { refusal?: string };

/** What a service may receive of others: what the system states, and these. */
export function withBackfills<C extends Contracts>(contracts: C): C {
  return { ...contracts, commands: { ...contracts.commands, ...messages } };
}

export function backfillContracts(system: string) {
  return defineContracts({ system, events: {}, commands: messages });
}
