/**
 * Kills relays, consumers, sagas and projections wherever they can die, and says what went wrong: `npm run crash`.
 *
 *   --runs N     deaths in all, shared among the pieces (default 1000)
 *   --piece P    only this one: relay, consumer, saga, projection
 *   --seed N     other crashes (default 1)
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '@banyan/postgres';
import { crashConsumer } from './consumer.ts';
import { crashProjections } from './projection.ts';
import { crashRelay } from './relay.ts';
import { crashSagas } from './saga.ts';

const PIECES = {
  relay: crashRelay,
  consumer: crashConsumer,
  saga: crashSagas,
  projection: crashProjections,
};

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    piece: { type: 'string' },
  },
});
const names = Object.keys(PIECES) as (keyof typeof PIECES)[];
const wanted = values.piece ? names.filter((name) => name === values.piece) : names;
if (wanted.length === 0) throw new Error(`No piece ${values.piece}. There are: ${names.join(', ')}`);

const directory = mkdtempSync(join(tmpdir(), 'banyan-crash-'));
chmodSync(directory, 0o711);
const server = await startEmbedded({ directory, settings: { fsync: 'off', full_page_writes: 'off' } });
let failed = false;
try {
  for (const name of wanted) {
    const began = performance.now();
    const runs = Math.ceil(Number(values.runs) / wanted.length);
    const database = (database: string) => server.createDatabase(`${name}_${database}`);
    const { problems, ...counts } = await PIECES[name]({ runs, seed: Number(values.seed), database });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${JSON.stringify(counts)} in ${seconds} s`,
    );
    for (const problem of problems) console.log(`     ${problem}`);
    failed ||= problems.length > 0;
  }
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
