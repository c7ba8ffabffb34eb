import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import type { Blocker } from '../link/prepare.ts';
import { copy, table } from '../mapping/mapping.ts';
import { LIMIT, pair, rowsOf, run, start } from '../testing/support.ts';

const THINGS = 'CREATE TABLE things (id int PRIMARY KEY, a text)';
const mapping = table({ legacy: 'things', columns: [copy('id', 'a')] });

/** On the target: ends whoever writes, as long as the table `nuisance` says so. */
const NUISANCE = `${THINGS}; CREATE TABLE nuisance (times int); INSERT INTO nuisance VALUES (0);
  CREATE SEQUENCE counted;
  CREATE FUNCTION cancel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('counted') <= (SELECT times FROM nuisance) THEN
      PERFORM pg_cancel_backend(pg_backend_pid());
      PERFORM pg_sleep(10);
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER cancel AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION cancel();
  ALTER TABLE things ENABLE ALWAYS TRIGGER cancel`;

async function nuisance(times: number) {
  const dbs = await pair(THINGS, NUISANCE, [mapping]);
  const errors: Error[] = [];
  const running = await start(dbs.config('forward'), { onRetry: (error) => void errors.push(error) });
  await running.link.barrier(LIMIT);
  await dbs.service.query(`UPDATE nuisance SET times = ${times}`);
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'a')`);
  return { dbs, running, errors };
}

test('a statement that somebody cancels is tried again, with the reason', { timeout: 300_000 }, async () => {
  const { dbs, running, errors } = await nuisance(2);
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things'), [['1', 'a']]);
  assert.equal(errors.filter(({ message }) => /canceling statement/.test(message)).length, 2);
  assert.equal(running.link.status().state, 'streaming');
  await running.stop();
  await running.link.drop();
  await dbs.close();
});

test('a change that is ended again and again ends the link with the reason, and passes once that has stopped', {
  timeout: 300_000,
}, async () => {
  const { dbs, running } = await nuisance(1_000);
  const states = new Set<string>();
  const watching = setInterval(() => {
    const { state, lastError } = running.link.status();
    if (lastError) states.add(state);
  }, 5);
  await assert.rejects(running.ended, { code: 'NO_PROGRESS', message: /tries: 8.*canceling statement/ });
  clearInterval(watching);
  assert.ok(!states.has('streaming'), [...states].join());
  await dbs.service.query('UPDATE nuisance SET times = 0');
  const again = run(openLink(dbs.config('forward')));
  while (again.link.status().state !== 'streaming') await new Promise((resolve) => setTimeout(resolve, 5));
  await again.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things'), [['1', 'a']]);
  await again.stop();
  await again.link.drop();
  await dbs.close();
});

test('prepare says for whose open transaction it waits', { timeout: 300_000 }, async () => {
  const dbs = await pair(THINGS, THINGS, [mapping]);
  const holder = await dbs.legacy.connect();
  await holder.query('BEGIN; CREATE TABLE beside (id int)');
  const { rows } = await holder.query('SELECT pg_backend_pid() AS pid');
  const told = Promise.withResolvers<Blocker[]>();
  const link = openLink(dbs.config('forward'));
  const preparing = link.prepare({ onWait: (blockers) => blockers.length > 0 && told.resolve(blockers) });
  const [blocker] = await told.promise;
  assert.equal(blocker!.pid, rows[0].pid);
  assert.ok(blocker!.ageMs > 0);
  assert.match(blocker!.query, /pg_backend_pid/);
  await holder.query('COMMIT');
  holder.release();
  await preparing;
  await link.drop();
  await dbs.close();
});
