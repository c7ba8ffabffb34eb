import { withTransaction } from '@banyan/postgres';
import { role, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { LearnedWeights } from '../../../api/matching.ts';
import { learnWeights } from './learn.ts';
import { FIXED_WEIGHTS } from './score.ts';
import * as store from './weights-store.ts';

const MOST_SHOWN = 20;
/** Learning twice from the same outcomes gives the same weights. */
const SEED = 1;

/** Learns weights once a day, in one of the processes; they are used if they are better. Undefined: not now, or of too little. */
export async function learnDaily(pool: pg.Pool): Promise<store.KeptWeights | undefined> {
  return await withTransaction(pool, async (tx) =>
    (await store.isTurnToLearn(tx)) ? await learn(tx) : undefined,
  );
}

async function learn(db: pg.Pool | pg.PoolClient): Promise<store.KeptWeights | undefined> {
  const learned = learnWeights(await store.listDecisions(db), SEED);
  return learned && (await store.insertWeights(db, learned));
}

const Shown = Type.Object({
  fixed: Type.Record(Type.String(), Type.Number()),
  learned: Type.Array(LearnedWeights, { description: 'The latest first; it alone may be used.' }),
});

/** For administrators: by which weights matches are ranked, what was learned, and how it was measured. */
export function weightRoutes(app: ServiceApp, pool: pg.Pool): void {
  const config = { allow: [role('admin')], errors: [401, 403] };
  const shown = async () => ({ fixed: FIXED_WEIGHTS, learned: await store.listWeights(pool, MOST_SHOWN) });

  app.get('/jobs/match-weights', { config, schema: { response: { 200: Shown } } }, shown);

  app.post(
    '/jobs/match-weights',
    {
      config,
      schema: { description: 'Learns now from what people made of their matches.', response: { 200: Shown } },
    },
    async () => {
      await learn(pool);
      return await shown();
    },
  );
}
