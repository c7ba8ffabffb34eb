import { gauge } from '@banyan/service';
import type { TSchema } from 'typebox';
import type { Calculated } from '../overview/overview.ts';

/**
 * A named, versioned view that others may build on: what it has, whose it is, and how old it may be. `Own`: what is known of the caller,
 * `All`: of all.
 */
export type Product<Own extends object = object, All extends Calculated = Calculated> = {
  name: string;
  /** Another one where a reader of the one before could be wrong; both are there for a while. */
  version: number;
  title: string;
  description: string;
  owner: string;
  /** `own`: of the caller. `users`: of nobody in particular, for all. `administrators`: of all users. */
  audience: 'own' | 'users' | 'administrators';
  /** Of its data. */
  schema: TSchema;
  /** How old its data may be, in seconds. */
  promiseSeconds: number;
  /** Of when what it is made of is; left out: when the overview was calculated, or of what is known of the caller. */
  madeAt?(overview: All): number;
  /** Of those about all users the overview is there. */
  read(sources: Own & { overview: All | null }): unknown;
};

/** For the service's `metrics`. */
export const productMetrics = {
  'product.age_seconds': gauge('How old the data of a product is, when it was last asked for.', ['product']),
  'product.promise_broken': gauge('1: the data of a product is older than was promised.', ['product']),
};

export type Freshness = {
  promise_seconds: number;
  /** Null: nobody knows. */
  age_seconds: number | null;
  kept: boolean;
  /** Since when it is made of all that was there before (RFC 3339); null: it is not yet, or nobody knows. */
  complete_since: string | null;
};

/**
 * How old a product's data is: what was said since `heardUntil` may not be in it, nor what has been heard since the overview was
 * calculated that it is made of. What nobody knows is a promise that is not kept. Pure.
 */
export function freshnessOf<All extends Calculated>(
  {
    audience,
    promiseSeconds,
    madeAt = ({ calculatedAt }) => calculatedAt,
  }: Pick<Product<never, All>, 'audience' | 'promiseSeconds' | 'madeAt'>,
  {
    heardUntil,
    overview,
    completeSince,
  }: { heardUntil: number | null; overview: All | null; completeSince: Date | null },
  now: number,
): Freshness {
  const until = audience === 'own' ? heardUntil : earlier(heardUntil, overview && madeAt(overview));
  const age = until === null ? null : Math.max(0, Math.round((now - until) / 100) / 10);
  return {
    promise_seconds: promiseSeconds,
    age_seconds: age,
    kept: age !== null && age <= promiseSeconds,
    complete_since: completeSince?.toISOString() ?? null,
  };
}

/** Since when all is heard that was there before this service asked these services; null: it is not yet, or nobody counted. */
export async function completeSince(
  events: { completeSince(owner: string): Promise<Date | undefined> },
  owners: readonly string[],
): Promise<Date | null> {
  const moments = await Promise.all(owners.map((owner) => events.completeSince(owner)));
  const known = moments.filter((moment) => moment !== undefined);
  return known.length < owners.length ? null : new Date(Math.max(...known.map((moment) => moment.getTime())));
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}
