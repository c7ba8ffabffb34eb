import { createSagas, defineSaga } from '@banyan/events';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Type } from 'typebox';
import { median, openDatabase } from './database.ts';

const AT_ONCE = 16;
const ROUNDS = 5;
const CONNECTIONS = 10;

/**
 * A saga of four steps that do nothing, next to a bare DBOS workflow with the same four steps: same server, same number of
 * connections, same number at once, in turns. DBOS is one per process, so each turn launches its own.
 */
export async function run({ seconds }: { seconds: number }) {
  const server = await openDatabase(20);
  const turnMs = (seconds * 1_000) / (2 * ROUNDS);
  const ours: number[] = [];
  const bare: number[] = [];
  try {
    const databases = { bare: await server.createDatabase('bare') };
    for (let round = 0; round <= ROUNDS; round++) {
      // The first round warms both up.
      const ms = round === 0 ? 1_000 : turnMs;
      const turns = [
        async () => bare.push(await bareDbos(databases.bare, ms)),
        async () => ours.push(await sagas(server, ms)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
  } finally {
    await server.stop();
  }
  const [saga, dbos] = [median(ours.slice(1)), median(bare.slice(1))];
  return {
    results: [
      { name: '4-step sagas/s', value: Math.round(saga), unit: '1/s' },
      { name: 'bare DBOS, same workflow/s', value: Math.round(dbos), unit: '1/s' },
    ],
    ratios: { 'saga/dbos': Math.round((saga / dbos) * 100) / 100 },
  };
}

async function sagas(server: Awaited<ReturnType<typeof openDatabase>>, ms: number): Promise<number> {
  const nothing = async () => ({ done: true });
  const four = defineSaga('four', {
    input: Type.Object({ number: Type.Integer() }),
    steps: (saga) => {
      const step = { action: nothing, compensation: async () => {} };
      return saga.step('one', step).step('two', step).step('three', step).step('four', step);
    },
  });
  const running = await createSagas({
    service: 'bench',
    databaseUrl: server.url,
    pool: server.pool,
    sagas: [four],
    log: { debug() {}, warn() {}, error() {} },
    connections: CONNECTIONS,
  });
  const rate = await atOnce(ms, async (number) => await (await running.start('four', { number })).ended());
  await running.close();
  return rate;
}

async function bareDbos(url: string, ms: number): Promise<number> {
  const nothing = async () => ({ done: true });
  const workflow = DBOS.registerWorkflow(
    async (input: { number: number }) => {
      for (const name of ['one', 'two', 'three', 'four']) await DBOS.runStep(nothing, { name });
      return input.number;
    },
    { name: 'four' },
  );
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: CONNECTIONS,
    applicationVersion: 'bench',
    logger: { info() {}, debug() {}, warn() {}, error() {} },
  });
  await DBOS.launch();
  const rate = await atOnce(ms, async (number) => {
    await (await DBOS.startWorkflow(workflow)({ number })).getResult();
  });
  await DBOS.shutdown({ deregister: true });
  return rate;
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
