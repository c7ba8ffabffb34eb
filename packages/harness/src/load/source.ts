import type { Random } from '@banyan/random';
import { loadsIn, readLoadFile } from '../rehearse/load-file.ts';
import { castOf } from '../replay/cast.ts';
import { readRecording } from '../replay/read-recording.ts';
import { replay } from '../replay/traffic.ts';
import type { CopyFacts } from '../replay/traffic-rows.ts';
import { dataOf, type System, userIdOf } from '../system.ts';
import { arrivals } from './arrivals.ts';
import type { Course } from './course.ts';
import type { Journal } from './journal.ts';
import { type LoadRun, loadsOf } from './load.ts';
import type { UserId } from './population.ts';
import { createPopulation } from './population.ts';
import { idsOf } from './user-ids.ts';

/** Whose load it is: a system's of ours, that of a team's load file, or recorded traffic. */
export type Source = OfSystem | OfFile | OfTraffic;

type OfSystem = {
  system: System;
  /** The users of the numbers `1..users` of the first rows, and the secret of the monolith, which logged them in before. */
  users: number;
  secret: string;
  /** Rows of the monolith's tables at the start. */
  rows: Record<string, number>;
};

type OfFile = {
  loadFile: string;
  /** The monolith's, from which the file may read its users. */
  database: string;
};

type OfTraffic = {
  trafficFile: string;
  peopleFile?: string;
  database: string;
  facts: CopyFacts;
};

/** What a course is told of the run, and tells it. */
export type CourseRun = {
  random: Random;
  seed: number;
  journal: Journal;
  violate: LoadRun<UserId>['violate'];
  /** Told of requests that write and promise nothing. */
  unpromised: (kind: string) => void;
  /** Is it still the first stage? */
  isBefore: () => boolean;
};

export async function courseOf(source: Source, run: CourseRun): Promise<Course> {
  if ('trafficFile' in source) return await ofTraffic(source, run);
  const { loads, ids, mint, rows } = 'system' in source ? await ofSystem(source) : await ofFile(source);
  const { random, seed, journal, violate, unpromised } = run;
  const users = createPopulation(random, ids, mint);
  const name = `load-${seed}-${Date.now().toString(36)}`;
  return arrivals(loads, { random, seed, users, name, rows, violate }, journal, unpromised);
}

async function ofTraffic(
  { trafficFile, peopleFile, database, facts: { users, writes } }: OfTraffic,
  { journal, isBefore }: CourseRun,
): Promise<Course> {
  const recording = await readRecording(trafficFile);
  const cast = await castOf(recording.requests, { users, database, peopleFile });
  return replay(recording, { cast, writes, isBefore, journal });
}

async function ofSystem({ system, users, secret, rows }: OfSystem) {
  const data = await dataOf(system);
  return {
    loads: await loadsOf(system),
    ids: Array.from({ length: users }, (_, index) => index + 1)
      .filter(data.isActive)
      .map((n) => userIdOf(data, n)),
    mint: (id: UserId) => data.token(id, secret),
    rows,
  };
}

/** Its own functions say who asks; nobody else knows how its tokens are made. */
async function ofFile({ loadFile, database }: OfFile) {
  const rehearsal = await readLoadFile(loadFile);
  const ids = await idsOf(rehearsal.users, database);
  if (ids.length === 0) throw new Error(`${loadFile}: \`users\` gives nobody who could make requests`);
  const mint = () => {
    throw new Error(
      'users.token() knows no tokens of this system: make them in load.ts, and send them in `headers`',
    );
  };
  return { loads: loadsIn(rehearsal), ids, mint, rows: {} };
}
