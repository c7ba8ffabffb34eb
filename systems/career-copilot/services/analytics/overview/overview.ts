import { setImmediate } from 'node:timers/promises';
import { withPast } from '../careers/answers.ts';
import type { Career, Step } from '../careers/career.ts';
import { type Way, waysOf } from '../careers/moments.ts';
import type { Documents } from '../documents.ts';
import { type Forecast, makeForecast } from '../forecast/forecast.ts';
import { type Interval, intervalOf } from '../forecast/interval.ts';
import { chanceOf } from '../forecast/logistic.ts';
import { openOnes, type Sent, samplesOf } from '../forecast/samples.ts';
import type { Job } from '../hear.ts';
import { addCareer, noTotals, responseRate, type Totals } from './totals.ts';

/** What is known of all users at one moment. */
export type Overview = { totals: Totals; calculatedAt: number; forecasts: Forecasts };

/** The model, and what it says of the applications that wait for an answer, by user. */
type Forecasts = {
  model: Forecast;
  chances: ReadonlyMap<number, Chance[]>;
  madeAt: number;
};

/** `interval`: null where nothing is known of how good it is. */
type Chance = { application_id: number; chance: number; interval: Interval | null };

/** Goes through all documents: figures are what these say. */
export const ofAllUsers = {
  calculate: async (
    { provided }: { provided: Readonly<Record<string, unknown>> },
    now: number,
    before: Overview | null,
  ): Promise<Overview> => await calculate(provided.documents as Documents, now, before?.forecasts),
  told: ({ totals }: Overview) => ({ metric: 'response_rate', value: responseRate(totals) }),
};

async function calculate(
  documents: Documents,
  now: number,
  before: Forecasts | undefined,
): Promise<Overview> {
  const totals = noTotals();
  const sent: Sent[] = [];
  for (let after = 0; ; ) {
    const page = await documents.page<Career>('careers', { after, limit: PAGE });
    if (page.length === 0) break;
    for (const [userId, ways] of await waysOfAll(documents, page, totals))
      for (const way of ways) if (way.appliedAt !== null) sent.push({ ...way, userId, companyId: null });
    after = page.at(-1)![0];
  }
  const isYoung = before !== undefined && now - before.madeAt < FORECAST_MS;
  return {
    totals,
    calculatedAt: now,
    forecasts: isYoung ? before : await makeForecasts(documents, sent, now),
  };
}

/** Requests are answered between the parts, each of which is some hundredths of a second's work for tens of thousands of applications. */
async function makeForecasts(documents: Documents, sent: readonly Sent[], now: number): Promise<Forecasts> {
  const companies = await companiesOf(documents, sent);
  const known = sent.map((one) => ({ ...one, companyId: companies.get(one.jobId) ?? null }));
  await setImmediate();
  const samples = samplesOf(known, now);
  await setImmediate();
  const model = makeForecast(samples);
  await setImmediate();
  const { weights, calibration } = model;
  const open = weights === null ? [] : openOnes(known, now);
  const chances = Map.groupBy(
    open.map(({ userId, id: application_id, features }) => {
      const chance = Math.round(chanceOf(weights!, features) * 100) / 100;
      const interval = calibration && intervalOf(calibration, chance);
      return { userId, told: { application_id, chance, interval } };
    }),
    ({ userId }) => userId,
  );
  return {
    model,
    chances: new Map([...chances].map(([userId, all]) => [userId, all.map(({ told }) => told)])),
    madeAt: now,
  };
}

async function waysOfAll(
  documents: Documents,
  page: readonly [number, Career][],
  totals: Totals,
): Promise<[userId: number, Way[]][]> {
  const past = await documents.find<{ steps: Step[] }>(
    'past_steps',
    page.flatMap(([, career]) => withPast(career)),
  );
  return page.map(([userId, career]) => {
    const ways = waysOf(career, past);
    addCareer(totals, career, ways);
    return [userId, ways];
  });
}

async function companiesOf(documents: Documents, sent: readonly Sent[]): Promise<Map<number, number>> {
  const ids = [...new Set(sent.map(({ jobId }) => jobId))];
  const companies = new Map<number, number>();
  for (let from = 0; from < ids.length; from += PAGE)
    for (const [id, { companyId }] of await documents.find<Job>('jobs', ids.slice(from, from + PAGE)))
      companies.set(id, companyId);
  return companies;
}

const PAGE = 500;
/** A forecast changes with days, not with seconds. */
const FORECAST_MS = 60_000;
