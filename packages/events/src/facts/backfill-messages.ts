import { Type } from 'typebox';
import { type Contracts, command, defineContracts } from '../contracts.ts';

export const ASKED = 'BanyanBackfillAsked';
export const ANSWERED = 'BanyanBackfillAnswered';
export const TOLD = 'BanyanBackfillTold';
export const HANDLED = 'BanyanBackfillHandled';

const Group = Type.String({ pattern: '^[\\w.-]{1,200}$' });
/** In all, since it has asked. */
const Facts = Type.Integer({ minimum: 0 });
/** Each goes to the one service that it names as its recipient, whoever handles it. */
const between = { service: 'banyan', version: 1, key: 'consumer' } as const;

/** By which services ask each other for the rows that are there. No system states them. */
const messages = {
  [ASKED]: command({
    ...between,
    data: Type.Object({ owner: Group, consumer: Group, counts: Type.Optional(Type.Boolean()) }),
  }),
  [ANSWERED]: command({
    ...between,
    data: Type.Object({ owner: Group, consumer: Group, refusal: Type.Optional(Type.String()) }),
  }),
  [TOLD]: command({
    ...between,
    data: Type.Object({ owner: Group, consumer: Group, facts: Facts, complete: Type.Boolean() }),
  }),
  [HANDLED]: command({ ...between, data: Type.Object({ owner: Group, consumer: Group, facts: Facts }) }),
};

type Between = { owner: string; consumer: string };
/** `counts`: it says how many facts it has handled, and is told how many there are. */
export type Asked = Between & { counts?: boolean };
export type Answered = Between & { refusal?: string };
/** So many facts were told; `complete`: that was all. */
export type Told = Between & { facts: number; complete: boolean };
/** So many facts were handled. */
export type Handled = Between & { facts: number };

/** What a service may receive of others: what the system states, and these. */
export function withBackfills<C extends Contracts>(contracts: C): C {
  return { ...contracts, commands: { ...contracts.commands, ...messages } };
}

export function backfillContracts(system: string) {
  return defineContracts({ system, events: {}, commands: messages });
}
