import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';

const data = Type.Object({ n: Type.Integer(), courseId: Type.String(), stars: Type.Integer() });

/** `Rated` is handled one by one, `Listed` by one statement for all that come together. */
export const contracts = defineContracts({
  system: 'bench',
  events: {
    Rated: event({ service: 'ratings', version: 1, key: 'courseId', data }),
    Listed: event({ service: 'ratings', version: 1, key: 'courseId', data }),
  },
});

export const dataOf = (n: number) => ({ n, courseId: `course-${n % 1000}`, stars: 5 });

/** What a child is told: publish so many to a transaction for so long, `window` ahead of their effects at most. */
export type Order = {
  type: 'Rated' | 'Listed';
  perTransaction: number;
  writers: number;
  window: number;
  ms: number;
  /** Events per second; default: as fast as it goes. */
  rate?: number;
};

export type Told = { order: Order } | { effects: number } | { end: true };
export type Tells = { up: true } | { effects: number } | { published: number };
