import type { Stage } from '@banyan/banyan/operate';
import type pg from 'pg';
import type { Side } from './audit.ts';

/** From these stages on a service has all rows: they were copied, and the stream brings what is written. */
const HAS_ALL_ROWS: ReadonlySet<Stage> = new Set<Stage>(['shadowing', 'canary', 'migrated', 'retired']);

/** Where a service is, and where it goes. */
export type Whereabouts = { service: string; stage: Stage; target: { stage: Stage } };

/**
 * Where every acknowledged write must be found, by where the services are when the writing has ended: first on the services as
 * far as they have all rows (one that goes back no longer does), then on the monolith but for what is retired. A service
 * that is not in the plan is the monolith's.
 */
export function sidesOf(
  services: readonly Whereabouts[],
  loads: readonly string[],
  databases: ReadonlyMap<string, pg.Pool>,
): Map<string, Side>[] {
  const onService = (isOn: (one: Whereabouts) => boolean) =>
    new Map(
      loads.map((name): [string, Side] => {
        const one = services.find(({ service }) => service === name);
        return one && isOn(one)
          ? [name, { side: 'service', database: databases.get(name)! }]
          : [name, { side: 'monolith', database: databases.get('monolith')! }];
      }),
    );
  return [
    onService(({ stage, target }) => HAS_ALL_ROWS.has(stage) && HAS_ALL_ROWS.has(target.stage)),
    onService(({ stage }) => stage === 'retired'),
  ];
}
