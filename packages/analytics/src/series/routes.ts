import { isZone, type ServiceApp } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { errors } from '../errors.ts';
import type { RoutesHost } from '../routes-host.ts';
import type { Moments } from '../system.ts';
import type { Unit } from './calendar.ts';
import { MAX_POINTS, seriesOf, UNIT_MS } from './series.ts';

/** Periods that are shown where nobody says since when. */
const USUAL = 30;

const queryOf = (metrics: readonly string[]) =>
  Type.Object({
    metric: Type.Unsafe<string>({ type: 'string', enum: [...metrics] }),
    unit: Type.Optional(Type.Unsafe<Unit>({ type: 'string', enum: Object.keys(UNIT_MS) })),
    zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    from: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    to: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
  });
type Query = Static<ReturnType<typeof queryOf>>;

const Series = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  zone: Type.String(),
  points: Type.Array(Type.Object({ period: Type.String(), count: Type.Integer() })),
});

/** How much of a metric there was in each hour, day or week: of the caller, and of all for administrators. */
export function seriesRoutes(
  app: ServiceApp,
  { system, access, own, momentsOf, momentsOfAll }: RoutesHost,
): void {
  app.get(
    `${own}/series`,
    {
      ...access.signedIn(400),
      schema: { querystring: queryOf(system.metrics.own), response: { 200: Series } },
    },
    async (request) => await series(request.query, await momentsOf(access.callerOf(request))),
  );

  app.get(
    `${own}/all/series`,
    {
      ...access.admin(400, 503),
      schema: { querystring: queryOf(system.metrics.all), response: { 200: Series } },
    },
    async ({ query }) => {
      const moments = momentsOfAll();
      if (moments === null) throw errors('NOT_CALCULATED');
      return await series(query, moments);
    },
  );
}

async function series(
  { metric, unit = 'day', zone = 'UTC', from, to }: Query,
  moments: Moments,
): Promise<Static<typeof Series>> {
  if (!isZone(zone)) throw errors('NO_SUCH_ZONE');
  const end = to === undefined ? new Date() : new Date(to);
  const begin = from === undefined ? new Date(end.getTime() - UNIT_MS[unit] * (USUAL - 1)) : new Date(from);
  const periods = (end.getTime() - begin.getTime()) / UNIT_MS[unit];
  // What is no number is no span either.
  if (!(periods >= 0 && periods < MAX_POINTS)) throw errors('BAD_SPAN');
  const span = { from: begin, to: end };
  return { metric, unit, zone, points: seriesOf(await moments(metric, span), { unit, zone, ...span }) };
}
