import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openLink } from '../link/link.ts';
import type { LinkConfig } from '../link/link-config.ts';
import { copy, table } from '../mapping/mapping.ts';
import { LIMIT, type Pair, pair, rowsOf, run } from '../testing/support.ts';

/** More and longer: CRASH_KILLS=200. */
const KILLS = Number(process.env.CRASH_KILLS ?? 8);
const DEFINE = 'CREATE TABLE ledger (id bigint PRIMARY KEY, n bigint NOT NULL, note text)';
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function spawnLink(config: LinkConfig): ChildProcess {
  const child = fork(join(import.meta.dirname, '../testing/link-process.ts'), [JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

test('kill -9 at any moment, while copying and while streaming: every change arrives exactly once', async () => {
  const mapping = table({ legacy: 'ledger', columns: [copy('id', 'n', 'note')] });
  // Every UPDATE counts up on the target as well: a change applied twice or left out would show for ever.
  const dbs = await pair(
    DEFINE,
    `${DEFINE}; CREATE TABLE applied (id bigint, n bigint);
    CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO applied VALUES (NEW.id, NEW.n); RETURN NULL; END $$;
    CREATE TRIGGER count_up AFTER UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION count_up();
    ALTER TABLE ledger ENABLE ALWAYS TRIGGER count_up`,
    [mapping],
  );
  await dbs.legacy.query(`INSERT INTO ledger SELECT i, 0, md5(i::text) FROM generate_series(1, 20000) i`);
  const config = dbs.config('forward', { batchRows: 200 });
  await openLink(config).prepare();
  const stop = new AbortController();
  const writing = keepWriting(dbs, stop.signal);
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawnLink(config);
    const exited = once(child, 'exit');
    // The first die while they start and copy, the others at some moment of the stream.
    if (kill >= KILLS / 3) {
      const [message] = await Promise.race([
        once(child, 'message'),
        exited.then(([code]) => assert.fail(`link ended: ${code}`)),
      ]);
      assert.equal(message, 'streaming');
      await delay(Math.random() * 150);
    } else await delay(250 + Math.random() * 400);
    child.kill('SIGKILL');
    await exited;
  }
  stop.abort();
  await writing;
  const link = openLink(config);
  await link.copy();
  const running = run(link);
  for (;;) {
    await Promise.race([link.barrier(LIMIT), running.ended]);
    if ((await rowsOf(dbs.service, 'SELECT count(*) FROM banyan.repairs'))[0]![0] === '0') break;
  }
  const sum =
    'SELECT count(*), sum(n), md5(string_agg(id || n::text || note, $$,$$ ORDER BY id)) FROM ledger';
  assert.deepEqual(await rowsOf(dbs.service, sum), await rowsOf(dbs.legacy, sum));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind, detail FROM banyan.conflicts'), []);
  await running.stop();
  await link.drop();
  await dbs.close();
});

async function keepWriting(dbs: Pair, signal: AbortSignal): Promise<void> {
  for (let serial = 0; !signal.aborted; serial++) {
    await dbs.legacy.query(`UPDATE ledger SET n = n + 1 WHERE id % 500 = ${serial % 500}`);
    await dbs.legacy.query(
      `BEGIN; INSERT INTO ledger VALUES (${100_000 + serial}, 0, 'new'); DELETE FROM ledger WHERE id = ${serial % 3000};
       UPDATE ledger SET id = id + 1000000 WHERE id = ${5000 + (serial % 3000)}; COMMIT`,
    );
    await delay(2);
  }
}
