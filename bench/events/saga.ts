import { defineSaga } from '@banyan/events';
import { createSagas } from '@banyan/events/machinery';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Type } from 'typebox';
import { median } from '../median.ts';
import { openDatabase } from './database.ts';

const AT_ONCE = 16;
const ROUNDS = 16;

/**
 * A saga of four steps that do nothing, next to a bare DBOS workflow with the same four steps: in one DBOS, on the same
 * tables and connections, the same number at once, in short turns, since a disk is not as fast in every second.
 */
export async function run({ seconds }: { seconds: number }) {
  const server = await openDatabase(20);
  const turnMs = (seconds * 1_000) / (2 * ROUNDS);
  const nothing = async () => ({ done: true });
  const step = { action: nothing, compensation: async () => {} };
  const four = defineSaga('four', {
    input: Type.Object({ number: Type.Integer() }),
    steps: (saga) => saga.step('one', step).step('two', step).step('three', step).step('four', step),
  });
  const workflow = DBOS.registerWorkflow(
    async (input: { number: number }) => {
      for (const name of ['one', 'two', 'three', 'four']) await DBOS.runStep(nothing, { name });
      return input.number;
    },
    { name: 'bare' },
  );
  const sagas = await createSagas({
    service: 'bench',
    databaseUrl: server.url,
    pool: server.pool,
    sagas: [four],
    log: { debug() {}, warn() {}, error() {} },
  });
  const ours = async (number: number) => await (await sagas.start('four', { number })).ended();
  const bare = async (number: number) => await (await DBOS.startWorkflow(workflow)({ number })).getResult();
  const rates = { ours: [] as number[], bare: [] as number[] };
  try {
    for (const warmUp of [bare, ours]) await atOnce(1_000, warmUp);
    for (let round = 0; round < ROUNDS; round++) {
      const turns = [
        async () => rates.bare.push(await atOnce(turnMs, bare)),
        async () => rates.ours.push(await atOnce(turnMs, ours)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
  } finally {
    await sagas.close();
    await server.stop();
  }
  const ratio = median(rates.ours.map((rate, round) => rate / rates.bare[round]!));
  return {
    results: [
      { name: '4-step sagas/s', value: Math.round(median(rates.ours)), unit: '1/s' },
      { name: 'bare DBOS, the same workflow/s', value: Math.round(median(rates.bare)), unit: '1/s' },
    ],
    // Of the pairs that ran one after the other.
    ratios: { 'saga/dbos': Math.round(ratio * 100) / 100 },
  };
}

/** Per second, in lanes that each do one after the other. */
async function atOnce(ms: number, work: (number: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const lane = async () => {
    while (performance.now() - startedAt < ms) await work(done++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return (done * 1_000) / (performance.now() - startedAt);
}
