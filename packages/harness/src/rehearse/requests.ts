import { resolve } from 'node:path';
import type { LinkedService, ResolvedPlan } from '@banyan/plan';
import type { Load } from '../load/load.ts';
import type { UserId } from '../load/population.ts';
import type { Source } from '../load/source.ts';
import { castOf } from '../replay/cast.ts';
import { readRecording } from '../replay/read-recording.ts';
import { rateOf } from '../replay/traffic.ts';
import { copyFacts, trafficLoads } from '../replay/traffic-rows.ts';
import { readLoads } from './load-file.ts';

/** What is asked of a copy: by a load file, at so many requests a second, or as it was recorded, so many times as fast. */
export type Requests =
  | { load: string; rate: number }
  | { traffic: string; people: string | undefined; speed: number };

export type ReadRequests = {
  /** By service, how acknowledged writes are found. */
  loads: ReadonlyMap<string, Pick<Load<UserId>, 'promises' | 'facts'>>;
  /** Requests a second. */
  rate: number;
  /** For the process that makes them. */
  source: Source;
};

/** Fewer are no load at all. */
const LEAST_RATE = 0.1;

/**
 * Reads them before anything is touched.
 *
 * @throws LoadError when a file cannot be read, or does not fit the plan or the copy
 */
export async function readRequests(
  requests: Requests,
  plan: ResolvedPlan,
  services: readonly LinkedService[],
): Promise<ReadRequests> {
  const { database } = plan.monolith;
  if ('load' in requests) {
    const loads = await readLoads(requests.load, services);
    return { loads, rate: requests.rate, source: { loadFile: resolve(requests.load), database } };
  }
  const [trafficFile, peopleFile] = [requests.traffic, requests.people].map((file) => file && resolve(file));
  const recording = await readRecording(trafficFile!);
  const facts = copyFacts(plan, services);
  await castOf(recording.requests, { users: facts.users, database, peopleFile });
  return {
    loads: trafficLoads(services),
    rate: Math.max(LEAST_RATE, Math.round(rateOf(recording.requests) * requests.speed * 10) / 10),
    source: { trafficFile: trafficFile!, peopleFile, database, facts },
  };
}
