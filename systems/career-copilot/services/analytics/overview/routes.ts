import { setTimeout as delay } from 'node:timers/promises';
import { defineErrors, type EventStream, eventStreams, isZone, role, type ServiceApp } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { Summary } from '../../../api/analytics.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { summary } from '../careers/answers.ts';
import type { Unit } from '../careers/calendar.ts';
import { careersOf } from '../careers/find.ts';
import { METRICS, type Metric, momentOf, type Way, waysOf } from '../careers/moments.ts';
import { MAX_POINTS, seriesOf } from '../careers/series.ts';
import type { Context } from '../context.ts';

const errors = defineErrors({
  NO_SUCH_ZONE: [400, 'There is no zone of this name: give one such as Europe/Berlin.'],
  BAD_SPAN: [400, 'The span begins after it ends, or has more periods than are told at once.'],
  TOO_MANY_STREAMS: [503, 'Too many look at the same time: ask again later, or without a stream.'],
  NOT_CALCULATED: [503, 'It is not calculated yet: ask again in a moment.'],
});

const HOURS: Record<Unit, number> = { hour: 1, day: 24, week: 168 };
/** Periods that are shown where nobody says since when. */
const USUAL = 30;

const SeriesQuery = Type.Object({
  metric: Type.Unsafe<Metric>({ type: 'string', enum: [...METRICS] }),
  unit: Type.Optional(Type.Unsafe<Unit>({ type: 'string', enum: Object.keys(HOURS) })),
  zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  from: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
  to: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
});
const Series = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  zone: Type.String(),
  points: Type.Array(Type.Object({ period: Type.String(), count: Type.Integer() })),
});
const Chances = Type.Object({
  refused: Type.Union([Type.String(), Type.Null()], { description: 'Why nothing is forecast.' }),
  base_rate: Type.Union([Type.Number(), Type.Null()]),
  applications: Type.Array(
    Type.Object({
      application_id: Type.Integer(),
      chance: Type.Number(),
      interval: Type.Union(
        [
          Type.Object({
            low: Type.Number(),
            high: Type.Number(),
            like: Type.Integer({ description: 'Of so many forecasts of about the same.' }),
          }),
          Type.Null(),
        ],
        {
          description:
            'Between which the share of those lies that were answered where about the same was said, with 90 % confidence. Null: none was made.',
        },
      ),
    }),
  ),
});

/** Series of the caller and of all, the chances of an answer, and figures as they change. */
export function overviewRoutes(app: ServiceApp, { pool, documents, overview }: Context): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const streams = eventStreams({ most: MOST_STREAMS, mostOfOne: MOST_OF_PERSON });
  app.addHook('preClose', async () => streams.endAll());

  app.get(
    '/analytics/series',
    {
      ...withErrors(ofUser(), 400),
      schema: { querystring: SeriesQuery, response: { 200: Series } },
    },
    async (request) => {
      const { career, past } = await careersOf(documents, callerOf(request));
      return series(request.query, momentsOf(waysOf(career, past), request.query.metric));
    },
  );

  app.get(
    '/analytics/all/series',
    {
      ...ofUser(),
      config: { allow: [role('admin')], errors: [400, 401, 403, 503] },
      schema: { querystring: SeriesQuery, response: { 200: Series } },
    },
    async ({ query }) => {
      const latest = overview.latest();
      if (latest === null) throw errors('NOT_CALCULATED');
      const hours = [...latest.totals.hours[query.metric]];
      return series(
        query,
        hours.map(([at, count]) => [new Date(at), count]),
      );
    },
  );

  app.get(
    '/analytics/forecast',
    { ...withErrors(ofUser(), 503), schema: { response: { 200: Chances } } },
    async (request) => {
      const latest = overview.latest();
      if (latest === null) throw errors('NOT_CALCULATED');
      const { model, chances } = latest.forecasts;
      return {
        refused: model.refused,
        base_rate: model.calibration?.base_rate ?? null,
        applications: chances.get(callerOf(request)) ?? [],
      };
    },
  );

  app.get(
    '/analytics/live',
    { ...withErrors(ofUser(), 503), schema: { response: { 200: Summary } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const now = async () => summary((await careersOf(documents, userId)).career);
      if (!request.headers.accept?.includes('text/event-stream')) return await now();
      const version = async () => (await documents.versions('careers', [userId])).get(userId) ?? 0;
      if (!streams.hasRoom()) throw errors('TOO_MANY_STREAMS');
      reply.hijack();
      await tell(streams.open(reply.raw, userId), { now, version });
      return reply;
    },
  );
}

/** The figures, and again whenever they are others. */
async function tell(
  events: EventStream,
  { now, version }: { now: () => Promise<unknown>; version: () => Promise<number> },
): Promise<void> {
  const { signal } = events;
  try {
    for (let seen = -1; !signal.aborted; ) {
      const current = await version();
      if (current !== seen && !events.isFull()) {
        events.send({ event: 'summary', id: current, data: await now() });
        seen = current;
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    events.end();
  }
}

const LOOK_MS = 1_000;
/** Of one process, each of which asks once a second. */
const MOST_STREAMS = 200;
/** Of one person, so that nobody has all of them: when one more is opened, the oldest ends. */
const MOST_OF_PERSON = 5;

function series(
  { metric, unit = 'day', zone = 'UTC', from, to }: Static<typeof SeriesQuery>,
  moments: Iterable<[Date, number]>,
): Static<typeof Series> {
  if (!isZone(zone)) throw errors('NO_SUCH_ZONE');
  const end = to === undefined ? new Date() : new Date(to);
  const span = HOURS[unit] * HOUR_MS;
  const begin = from === undefined ? new Date(end.getTime() - span * (USUAL - 1)) : new Date(from);
  const periods = (end.getTime() - begin.getTime()) / span;
  // What is no number is no span either.
  if (!(periods >= 0 && periods < MAX_POINTS)) throw errors('BAD_SPAN');
  return { metric, unit, zone, points: seriesOf(moments, { unit, zone, from: begin, to: end }) };
}

function momentsOf(ways: readonly Way[], metric: Metric): [Date, number][] {
  return ways.flatMap((way): [Date, number][] => {
    const at = momentOf(way, metric);
    return at === null ? [] : [[new Date(at), 1]];
  });
}

function withErrors<T extends { config: { errors: number[] } }>(options: T, ...statuses: number[]): T {
  return { ...options, config: { ...options.config, errors: [...options.config.errors, ...statuses] } };
}

const HOUR_MS = 3_600_000;
