import type { Stage } from '@banyan/banyan/operate';
import type { AuditReader } from './audit.ts';

/** From these stages on a service has all rows: they were copied, and the stream brings what is written. */
const CARRIED: ReadonlySet<Stage> = new Set<Stage>(['shadowing', 'canary', 'migrated', 'retired']);

/** Where a service is, and where it goes. */
export type Whereabouts = { stage: Stage; target: { stage: Stage } };

/**
 * Where every acknowledged write must be found, by where the services are when the writing has ended: on the services as far
 * as they carry it (one that goes back no longer does), and on the monolith but for what is retired.
 */
export function carriers(
  services: { auth: Whereabouts; users: Whereabouts },
  on: { monolith: AuditReader; services: AuditReader },
): AuditReader[] {
  const sideOf = ({ stage, target }: Whereabouts) =>
    CARRIED.has(stage) && CARRIED.has(target.stage) ? on.services : on.monolith;
  return [
    { ...sideOf(services.auth), headlines: sideOf(services.users).headlines },
    {
      ...on.monolith,
      headlines: (services.users.stage === 'retired' ? on.services : on.monolith).headlines,
    },
  ];
}
