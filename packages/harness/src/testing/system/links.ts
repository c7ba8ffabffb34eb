import type { Plan } from '@banyan/banyan';
import { openLink, tellShare, withholdShare } from '@banyan/replication';
import type pg from 'pg';

type Entry = Plan['services'][string];

/** The two databases of a service that moves, without gateway and control plane around it. */
export type Linked = {
  /** Makes a step: from then on so many basis points are the service's. */
  goTo(share: number): Promise<void>;
  /** Resolves once what either side has committed before is on the other. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

const PATIENCE_MS = 60_000;

/** Copies the rows of `entry` from one to the other and keeps both equal; all are the monolith's at first. */
export async function linkBoth(
  name: string,
  { tables = [] }: Pick<Entry, 'tables'>,
  { monolith, service, pool }: { monolith: string; service: string; pool: pg.Pool },
): Promise<Linked> {
  const config = { service: name, tables, salt: name };
  const forward = openLink({ ...config, direction: 'forward', source: monolith, target: service });
  const reverse = openLink({ ...config, direction: 'reverse', source: service, target: monolith });
  await tellShare(pool, name, 0);
  await forward.prepare();
  await forward.copy();
  await reverse.prepare();
  const stopping = new AbortController();
  const links = [forward, reverse];
  const ended = Promise.all(links.map((link) => link.stream({ signal: stopping.signal })));
  ended.catch(() => {});
  let now = 0;

  const settled = async () => {
    // There and back: what came of a repair is there too.
    for (const link of [forward, reverse, forward]) await link.barrier({ timeoutMs: PATIENCE_MS });
  };
  return {
    settled,
    goTo: async (share) => {
      const [loser, winner] = share > now ? [forward, reverse] : [reverse, forward];
      const locked = loser === reverse ? (tx: pg.ClientBase) => withholdShare(tx, name) : undefined;
      const holding = { hold: true, timeoutMs: PATIENCE_MS } as const;
      await loser.barrier({ ...holding, lock: true, ...(locked && { locked }) });
      await winner.barrier({ ...holding, marks: 'own' });
      for (const link of links) link.release(share);
      now = share;
      await tellShare(pool, name, share);
    },
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
