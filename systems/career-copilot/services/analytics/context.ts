import { productMetrics as metrics, type Overviews } from '@banyan/analytics';
import type { Events } from '@banyan/events';
import { ConfigError, isZone, type ServiceContext } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { IssuerConfig } from '../../kit/issuers.ts';
import type { Documents } from './documents.ts';
import type { contracts } from './hear.ts';
import type { Overview } from './overview/overview.ts';

export { metrics };

export const Config = Type.Object({
  ...IssuerConfig.properties,
  /** The zone in which the weeks of `/analytics/weekly` begin: that of the monolith's sessions. */
  LEGACY_ZONE: Type.String({ minLength: 1, default: 'UTC' }),
});

/** What routes are given. */
export type Context = ServiceContext<
  Static<typeof Config>,
  { documents: Documents; overview: Overviews<Overview>; events: Events<typeof contracts> },
  typeof metrics
>;

/** Throws `ConfigError`: a wrong zone would be noticed by the first who asks for their weeks, as a failure. */
export function checkZone({ LEGACY_ZONE: zone }: Pick<Static<typeof Config>, 'LEGACY_ZONE'>): void {
  if (isZone(zone)) return;
  throw new ConfigError([
    {
      variable: 'LEGACY_ZONE',
      message: 'is none of the zones of the IANA list',
      hint: "give the one in which the monolith's database has its days, e.g. Europe/Berlin or UTC",
    },
  ]);
}
