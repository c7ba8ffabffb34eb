import assert from 'node:assert/strict';
import type { Db } from '@banyan/postgres';
import { Random } from '@banyan/random';
import { API } from '../../systems/skillswap/api/common.ts';
import { bestMatches } from '../../systems/skillswap/kit/matching/score.ts';
import { weekInUtc } from '../../systems/skillswap/kit/matching/weekly-overlap.ts';
import { startGatewayDouble } from '../../systems/skillswap/kit/testing/gateway.ts';
import { PLACES } from '../../systems/skillswap/monolith/generator/places.ts';
import { skill } from '../../systems/skillswap/services/skill/main.ts';
import { percentile } from '../percentile.ts';
import type { Phase } from './phase.ts';

const SEED = 13;
const SKILLS = 400;
const BATCH = 10_000;
/** Asked before anything counts. */
const WARM_UP = 50;
/** Whose answer is held against a look at all providers. */
const CHECKED = 10;

/** One seeker after the other, each a new one, asks by HTTP for their matches among all providers; and once more, when nothing has changed. */
export const run: Phase = async ({ createDatabase, providers, seekers }) => {
  const gateway = await startGatewayDouble();
  const service = await skill.start({
    DATABASE_URL: await createDatabase('matching'),
    BUS_URL: await createDatabase('matching_bus'),
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
    // Filled first, then read.
    MATCH_FOLLOW_MS: '86400000',
  });
  try {
    const random = new Random(SEED);
    const teaching = Array.from({ length: providers }, (_, n) => personOf(random, n, 'offered'));
    const asking = Array.from({ length: seekers + WARM_UP }, (_, n) =>
      personOf(random, providers + n, 'wanted'),
    );
    await fill(service.pool, [...teaching, ...asking]);
    const begun = performance.now();
    await service.provided.matching.follow();
    const readMs = performance.now() - begun;

    const ask = async ({ id, maxDistanceKm }: Person) => {
      const headers = { authorization: `Bearer ${gateway.token(id)}` };
      const query = maxDistanceKm === undefined ? '' : `?maxDistanceKm=${maxDistanceKm}`;
      const cpu = process.cpuUsage();
      const begun = performance.now();
      const response = await fetch(`${service.url}${API}/matches${query}`, { headers });
      const text = await response.text();
      const ms = performance.now() - begun;
      if (response.status !== 200) throw new Error(`${id} was answered ${response.status}: ${text}`);
      const { user, system } = process.cpuUsage(cpu);
      return { ms, cpuMs: (user + system) / 1_000, found: JSON.parse(text) as { userId: string }[] };
    };
    for (const person of asking.slice(0, WARM_UP)) await ask(person);
    const measured = asking.slice(WARM_UP);
    const first: number[] = [];
    const cpu: number[] = [];
    const again: number[] = [];
    const answers: string[][] = [];
    for (const person of measured) {
      const { ms, cpuMs, found } = await ask(person);
      first.push(ms);
      cpu.push(cpuMs);
      answers.push(found.map(({ userId }) => userId));
      again.push((await ask(person)).ms);
    }
    // Only now: meanwhile nobody could be answered.
    for (const [n, person] of measured.slice(0, CHECKED).entries())
      assert.deepEqual(answers[n], byLooking(person, teaching));
    const matches = answers.flat().length;
    const ms = (name: string, value: number) => ({ name, value, unit: 'ms' });
    return {
      results: [
        ms('match p50 ms', percentile(first, 0.5)),
        ms('match p95 ms', percentile(first, 0.95)),
        ms('match p99 ms', percentile(first, 0.99)),
        ms('match, processor time of service and client, p50 ms', percentile(cpu, 0.5)),
        ms('match, processor time of service and client, p95 ms', percentile(cpu, 0.95)),
        ms('match again, nothing has changed, p95 ms', percentile(again, 0.95)),
        ms('reading all providers at the start', readMs),
        { name: 'matches of a seeker, mean', value: matches / measured.length, unit: '' },
      ],
      ratios: {},
    };
  } finally {
    await service.close();
    gateway.close();
  }
};

type Person = ReturnType<typeof personOf>;

function personOf(random: Random, n: number, side: 'offered' | 'wanted') {
  const { zone, latitude, longitude } = random.pick(PLACES);
  const near = () => (random.next() - 0.5) / 5;
  const ratings = random.chance(0.7) ? random.int(1, 40) : 0;
  const stars = ratings === 0 ? 0 : Math.round(ratings * (3 + 2 * Math.sqrt(random.next())));
  return {
    id: uuidOf(n),
    side,
    zone,
    // Some skills are wanted and taught by thousands, others by a few.
    skills: [...new Set(Array.from({ length: random.int(1, 5) }, () => popular(random)))],
    ratingSum: stars,
    ratingCount: ratings,
    hourlyRate: random.int(5, 40),
    budget: random.chance(0.7) ? random.int(10, 40) : null,
    latitude: latitude + near(),
    longitude: longitude + near(),
    hours: random.chance(0.9) ? hoursOf(random) : [],
    maxDistanceKm: side === 'wanted' && random.chance(0.5) ? random.pick([50, 500, 2_000]) : undefined,
  };
}

function hoursOf(random: Random) {
  return random.some([1, 2, 3, 4, 5, 6, 7], random.int(1, 5)).map((weekday) => {
    const from = random.int(7, 16);
    const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
    return { weekday, from: clock(from), to: clock(from + random.int(2, 7)) };
  });
}

/** The first one fifty times as often as the mean: a third of all teach it. */
function popular(random: Random): string {
  return uuidOf(1_000_000_000 + Math.floor(SKILLS * random.next() ** 3));
}

function uuidOf(n: number): string {
  return `00000000-0000-8000-a000-${String(n).padStart(12, '0')}`;
}

async function fill(pool: Db, people: readonly Person[]): Promise<void> {
  await pool.query(`INSERT INTO skill_categories (id, name) VALUES ($1, 'All')`, [uuidOf(0)]);
  await pool.query(
    `INSERT INTO skills (id, category_id, name) SELECT id, $1, 'Skill ' || n FROM unnest($2::uuid[]) WITH ORDINALITY AS one (id, n)`,
    [uuidOf(0), Array.from({ length: SKILLS }, (_, n) => uuidOf(1_000_000_000 + n))],
  );
  for (let at = 0; at < people.length; at += BATCH) {
    const batch = JSON.stringify(people.slice(at, at + BATCH));
    for (const statement of STATEMENTS) await pool.query(statement, [batch]);
  }
  // As a database that has been there for a while: the benchmark's server does no such work by itself.
  await pool.query(
    'VACUUM ANALYZE people, skill_profiles, skills, offered_skills, wanted_skills, availability, match_changes',
  );
}

const STATEMENTS = [
  `INSERT INTO people (id, full_name) SELECT id, 'Somebody ' || id FROM json_to_recordset($1) AS one (id uuid)`,
  `INSERT INTO skill_profiles (user_id, hourly_rate, budget, latitude, longitude, rating_sum, rating_count)
   SELECT id, "hourlyRate", budget, latitude, longitude, "ratingSum", "ratingCount" FROM json_to_recordset($1)
     AS one (id uuid, "hourlyRate" int, budget int, latitude float8, longitude float8, "ratingSum" int, "ratingCount" int)`,
  `INSERT INTO offered_skills (user_id, skill_id, level) SELECT id, skill::uuid, 'EXPERT'
   FROM json_to_recordset($1) AS one (id uuid, side text, skills json), json_array_elements_text(skills) AS skill WHERE side = 'offered'`,
  `INSERT INTO wanted_skills (user_id, skill_id) SELECT id, skill::uuid
   FROM json_to_recordset($1) AS one (id uuid, side text, skills json), json_array_elements_text(skills) AS skill WHERE side = 'wanted'`,
  `INSERT INTO availability (user_id, zone, weekday, from_time, to_time) SELECT id, zone, weekday, "from", "to"
   FROM json_to_recordset($1) AS one (id uuid, zone text, hours json),
     json_to_recordset(hours) AS hour (weekday smallint, "from" time, "to" time)`,
];

/** Whom a look at all of them finds. */
function byLooking(person: Person, teaching: readonly Person[]): string[] {
  const now = Date.now();
  const side = ({ id, hours, zone, skills, ratingSum, ratingCount, ...rest }: Person) => ({
    ...rest,
    userId: id,
    wanted: skills,
    offered: skills,
    rating: ratingCount === 0 ? null : Math.round((100 * ratingSum) / ratingCount) / 100,
    week: weekInUtc({ zone, hours }, now),
    place: { latitude: rest.latitude, longitude: rest.longitude },
  });
  return bestMatches(side(person), teaching.map(side), { maxDistanceKm: person.maxDistanceKm }).map(
    ({ provider }) => provider.userId,
  );
}
