import { setTimeout as delay } from 'node:timers/promises';
import { defineProjection, type Projection } from '@banyan/events';
import { createEventStore, createProjector } from '@banyan/events/machinery';
import { median } from '../median.ts';
import { openDatabase } from './database.ts';

const ROUNDS = 3;

/**
 * Events per second that a projection takes in when it is built anew beside itself: from the order to rebuild until its views
 * show the new tables. One that counts ratings and stars per course, as a function in this process and as SQL in the
 * database. Median of interleaved rounds.
 */
export async function run({ seconds }: { seconds: number }) {
  const { pool, stop } = await openDatabase(8);
  const store = await createEventStore({ pool });
  const events = Math.round(Math.min(2_000_000, Math.max(100_000, seconds * 20_000)));
  const projections = [byFunction, inSql];
  const projector = createProjector({ pool, store, projections });
  try {
    await pool.query(FILL, [events]);
    await pool.query('VACUUM ANALYZE banyan_events.events');
    await projector.start();
    while ((await projector.status()).some(({ state }) => state === 'building')) await delay(20);
    const rates = new Map(projections.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name } of projections) {
        const began = performance.now();
        await projector.rebuild(name);
        rates.get(name)!.push((events * 1000) / (performance.now() - began));
      }
    }
    const { rows } = await pool.query(
      `SELECT (SELECT sum(ratings) FROM course_ratings)::int AS by_function,
              (SELECT sum(ratings) FROM course_ratings_sql)::int AS in_sql`,
    );
    if (rows[0].by_function !== events || rows[0].in_sql !== events) {
      throw new Error(`${events} events, but the projections count ${JSON.stringify(rows[0])}`);
    }
    return {
      results: [
        { name: 'rebuild events/s', value: rateOf(rates, byFunction), unit: 'events/s' },
        { name: 'rebuild in SQL', value: rateOf(rates, inSql), unit: 'events/s' },
      ],
      ratios: {},
    };
  } finally {
    await projector.stop();
    await stop();
  }
}

function rateOf(rates: Map<string, number[]>, { name }: Projection): number {
  return Math.round(median(rates.get(name)!));
}

type Rated = { courseId: string; stars: number };

const byFunction = defineProjection({
  name: 'course_ratings',
  version: 1,
  schema:
    'CREATE TABLE course_ratings (course text PRIMARY KEY, ratings bigint NOT NULL, stars bigint NOT NULL)',
  types: ['Rated'],
  batch: 5_000,
  async apply(events, tx, { course_ratings }) {
    const courses = new Map<string, { ratings: number; stars: number }>();
    for (const { data } of events) {
      const { courseId, stars } = data as Rated;
      const course = courses.get(courseId);
      if (course) {
        course.ratings++;
        course.stars += stars;
      } else courses.set(courseId, { ratings: 1, stars });
    }
    const sums = [...courses.values()];
    await tx.query({
      text: `INSERT INTO ${course_ratings} AS c SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
             ON CONFLICT (course) DO UPDATE SET ratings = c.ratings + excluded.ratings, stars = c.stars + excluded.stars`,
      values: [[...courses.keys()], sums.map(({ ratings }) => ratings), sums.map(({ stars }) => stars)],
    });
  },
});

const inSql = defineProjection({
  name: 'course_ratings_sql',
  version: 1,
  schema:
    'CREATE TABLE course_ratings_sql (course text PRIMARY KEY, ratings bigint NOT NULL, stars bigint NOT NULL)',
  applySql: ({ course_ratings_sql }) => `
    INSERT INTO ${course_ratings_sql} AS c
    SELECT data->>'courseId', count(*), sum((data->>'stars')::int) FROM banyan_events.events
      WHERE position > $1 AND position <= $2 AND type = 'Rated' GROUP BY 1
    ON CONFLICT (course) DO UPDATE SET ratings = c.ratings + excluded.ratings, stars = c.stars + excluded.stars`,
});

/** Ratings of 1,000 courses by 20,000 users, each user a stream. */
const FILL = `
  INSERT INTO banyan_events.events (id, version, type_version, stream, type, actor, subject, data)
  SELECT gen_random_uuid(), 1 + n / 20000, 1, 'user-' || n % 20000, 'Rated', 'user-' || n % 20000, 'user-' || n % 20000,
         jsonb_build_object('userId', 'user-' || n % 20000, 'courseId', 'course-' || n % 1000, 'stars', 1 + n % 5,
                            'comment', 'well explained')
  FROM generate_series(0, $1::int - 1) n`;
