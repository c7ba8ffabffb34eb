import { type Db, withTransaction } from '@banyan/postgres';
import { type PartHost, repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { Says } from '../says.ts';
import { heardUntil } from './heard.ts';

const OverviewConfig = Type.Object({
  /** How often the figures about all users are calculated, at most: it rests ten times as long as it took. */
  OVERVIEW_SECONDS: Type.Number({ minimum: 0.1, maximum: 3_600, default: 15 }),
});

/** What is known of all users at one moment, in milliseconds since 1970. */
export type Calculated = { calculatedAt: number };

export type Overviews<All extends Calculated> = {
  /** Null: not calculated yet. */
  latest(): All | null;
  /** All that others had said before then has been heard; null: nobody knows. In milliseconds since 1970. */
  heardUntil(): Promise<number | null>;
};

type OverviewDefinition<All extends Calculated> = {
  calculate(
    host: Pick<PartHost<unknown>, 'pool' | 'provided'>,
    now: number,
    before: All | null,
  ): Promise<All>;
  /** The figure that is told by `MetricCalculated`. */
  told(all: All): { metric: string; value: number };
};

/**
 * Calculates figures about all users again and again, so that they are what is kept here says, whatever was rolled back or told twice; and
 * tells of it by an event, whose way back shows how far behind the bus is. It comes behind `events` in what a service uses.
 */
export function overview<All extends Calculated>({
  calculate,
  told,
}: OverviewDefinition<All>): ServicePart<Overviews<All>, typeof OverviewConfig> {
  return {
    config: OverviewConfig,
    async start(host) {
      const { config, pool } = host;
      const says = host.provided.events as Says;
      const everyMs = config.OVERVIEW_SECONDS * 1_000;
      let latest: All | null = null;
      const work = repeatedWork(host, {
        'calculate figures about all users': {
          everyMs,
          run: async () => {
            const began = performance.now();
            latest = await calculate(host, Date.now(), latest);
            await tell(pool, says, { ...told(latest), calculatedAt: latest.calculatedAt });
            return Math.max(everyMs, (performance.now() - began) * 10);
          },
        },
      });
      return { provided: { latest: () => latest, heardUntil: () => heardUntil(pool) }, ...work };
    },
  };
}

async function tell(
  pool: Db,
  says: Says,
  { calculatedAt, ...figure }: { metric: string; value: number; calculatedAt: number },
): Promise<void> {
  const data = { ...figure, calculatedAt: new Date(calculatedAt).toISOString() };
  await withTransaction(pool, (tx) => says.publish(tx, 'MetricCalculated', data));
}
