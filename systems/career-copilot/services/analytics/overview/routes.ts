import { setTimeout as delay } from 'node:timers/promises';
import { defineErrors, type EventStream, eventStreams, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Summary } from '../../../api/analytics.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { summary } from '../careers/answers.ts';
import { careersOf } from '../careers/find.ts';
import type { Context } from '../context.ts';

const errors = defineErrors({
  TOO_MANY_STREAMS: [503, 'Too many look at the same time: ask again later, or without a stream.'],
  NOT_CALCULATED: [503, 'It is not calculated yet: ask again in a moment.'],
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

/** The chances of an answer, and figures as they change. */
export function overviewRoutes(app: ServiceApp, { pool, documents, overview }: Context): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const streams = eventStreams({ most: MOST_STREAMS, mostOfOne: MOST_OF_PERSON });
  app.addHook('preClose', async () => streams.endAll());

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

function withErrors<T extends { config: { errors: number[] } }>(options: T, ...statuses: number[]): T {
  return { ...options, config: { ...options.config, errors: [...options.config.errors, ...statuses] } };
}
