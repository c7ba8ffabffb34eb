import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dropSlot } from '@banyan/postgres';
import { openLink } from '../link/link.ts';
import { type SharedSource, sharedSource } from '../testing/shared-source.ts';
import { type Running, rowsOf, run } from '../testing/support.ts';
import { Readers } from './readers.ts';

/** More and longer: CRASH_KILLS=200. */
const KILLS = Number(process.env.CRASH_KILLS ?? 8);
const SHARED = /_reader_\d+$/;
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function startAll(dbs: SharedSource, readers: Readers): Promise<Running[]> {
  return await Promise.all(dbs.configs.map((config) => startOne(config, readers)));
}

async function startOne(config: SharedSource['configs'][number], readers: Readers): Promise<Running> {
  const link = openLink(config, { readers });
  await link.prepare();
  await link.copy();
  return run(link);
}

/** What a test waits for comes, or one of its links says why not. */
async function until(condition: () => Promise<boolean>, links: readonly Running[]): Promise<void> {
  const failed = Promise.race(links.map(({ ended }) => ended.then(() => assert.fail('a link has ended'))));
  failed.catch(() => {});
  while (!(await Promise.race([condition(), failed]))) await delay(20);
}

const together = (dbs: SharedSource) => async () => {
  const slots = await dbs.slots();
  return slots.length === 1 && SHARED.test(slots[0]!);
};

const begun = (dbs: SharedSource) => async () => (await dbs.slots()).some((slot) => SHARED.test(slot));

async function write(dbs: SharedSource, serial: number): Promise<void> {
  for (const index of dbs.configs.keys())
    await dbs.legacy.query(
      `BEGIN; INSERT INTO ledger${index} VALUES (${serial}, 0, 'new'); UPDATE ledger${index} SET n = n + 1 WHERE id % 10 = ${serial % 10}; COMMIT`,
    );
}

/** All that was written is there, and nothing of it twice: each count on the target is one update of the source. */
async function assertEqual(dbs: SharedSource, links: readonly Running[]): Promise<void> {
  for (const [index, service] of dbs.services.entries()) {
    await links[index]!.link.barrier({ timeoutMs: 60_000 });
    const sum = `SELECT count(*), sum(n), md5(string_agg(id || n::text || note, ',' ORDER BY id)) FROM ledger${index}`;
    assert.deepEqual(await rowsOf(service, sum), await rowsOf(dbs.legacy, sum));
    const doubled = 'SELECT id, n FROM applied GROUP BY id, n HAVING count(*) > 1';
    assert.deepEqual(await rowsOf(service, doubled), []);
    assert.deepEqual(await rowsOf(service, 'SELECT kind, detail FROM banyan.conflicts'), []);
  }
}

async function end(dbs: SharedSource, readers: Readers, links: readonly Running[]): Promise<void> {
  await Promise.all(links.map((each) => each.stop()));
  await readers.close();
  assert.deepEqual(await dbs.slots(), links.map(({ link }) => link.names.slot).sort());
  for (const { link } of links) await link.drop();
  assert.deepEqual(await dbs.slots(), []);
  await dbs.close();
}

test('links that keep up read their source from one slot; whoever stops has his own again, and each change arrives once', async () => {
  const dbs = await sharedSource(3);
  const readers = new Readers(dbs.system);
  const links = await startAll(dbs, readers);
  let serial = 0;
  await until(together(dbs), links);
  for (; serial < 30; serial++) await write(dbs, serial);
  await assertEqual(dbs, links);
  await links[1]!.stop();
  assert.ok((await dbs.slots()).includes(links[1]!.link.names.slot));
  for (; serial < 60; serial++) await write(dbs, serial);
  links[1] = run(openLink(dbs.configs[1]!, { readers }));
  await until(together(dbs), links);
  for (; serial < 90; serial++) await write(dbs, serial);
  await assertEqual(dbs, links);
  await end(dbs, readers, links);
});

test('a link that is dropped, and one whose target stands still, leave the others alone', async () => {
  const dbs = await sharedSource(3);
  const readers = new Readers(dbs.system);
  const links = await startAll(dbs, readers);
  await until(together(dbs), links);
  await links[2]!.stop();
  await links[2]!.link.drop();
  const lock = await dbs.services[1]!.connect();
  await lock.query('BEGIN; LOCK ledger1');
  await dbs.legacy.query(
    `INSERT INTO ledger1 SELECT i, 0, repeat('x', 1000) FROM generate_series(1, 60000) i`,
  );
  await until(async () => (await dbs.slots()).includes(links[1]!.link.names.slot), links.slice(0, 2));
  await dbs.legacy.query(`INSERT INTO ledger0 VALUES (1, 1, 'goes on')`);
  await links[0]!.link.barrier({ timeoutMs: 60_000 });
  assert.deepEqual(await rowsOf(dbs.services[0]!, 'SELECT id FROM ledger0'), [['1']]);
  await lock.query('COMMIT');
  lock.release();
  const left = { ...dbs, services: dbs.services.slice(0, 2), configs: dbs.configs.slice(0, 2) };
  await assertEqual(left, links);
  await Promise.all(links.slice(0, 2).map((each) => each.stop()));
  await readers.close();
  for (const { link } of links) await link.drop();
  assert.deepEqual(await dbs.slots(), []);
  await dbs.close();
});

test('a shared slot that is lost is a lost slot of each link, and each goes on as after any loss', async () => {
  const dbs = await sharedSource(2);
  const readers = new Readers(dbs.system);
  const links = await startAll(dbs, readers);
  await until(together(dbs), links);
  await dropSlot(dbs.legacy, (await dbs.slots())[0]!, { force: true });
  for (const { ended } of links) await assert.rejects(ended, { code: 'SLOT_LOST' });
  for (const { link } of links) await assert.rejects(link.prepare(), { code: 'SLOT_LOST' });
  await write(dbs, 1);
  for (const { link } of links) await link.prepare({ acceptLoss: true });
  for (const { link } of links) await link.copy();
  const again = links.map(({ link }) => run(link));
  await until(together(dbs), again);
  await write(dbs, 2);
  await assertEqual(dbs, again);
  await end(dbs, readers, again);
});

test('kill -9 of the process and of its readers at any moment, while links join, leave and read: every change arrives exactly once', {
  timeout: 300_000,
}, async () => {
  const dbs = await sharedSource(3);
  for (const config of dbs.configs) await openLink(config).prepare();
  const stop = new AbortController();
  let serial = 0;
  const writing = (async () => {
    for (; !stop.signal.aborted; serial++) {
      await write(dbs, serial);
      await delay(2);
    }
  })();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = fork(
      join(import.meta.dirname, '../testing/shared-links-process.ts'),
      [dbs.system, JSON.stringify(dbs.configs)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    children.add(child);
    const exited = once(child, 'exit');
    exited.then(() => children.delete(child));
    const ended = exited.then(() => assert.fail('the links have ended by themselves'));
    ended.catch(() => {});
    // Some die at any moment, some while they join, some while they read together.
    if (kill % 4 === 0) await delay(700 + Math.random() * 2_500);
    else {
      const reached = kill % 4 === 1 ? begun(dbs) : together(dbs);
      while (!(await Promise.race([reached(), ended]))) await delay(5);
    }
    if (kill % 4 === 3) {
      await dbs.legacy.query(
        'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active AND database = current_database()',
      );
      await delay(Math.random() * 300);
    }
    child.kill('SIGKILL');
    await exited;
  }
  stop.abort();
  await writing;
  const readers = new Readers(dbs.system);
  const links = await startAll(dbs, readers);
  await until(together(dbs), links);
  await assertEqual(dbs, links);
  await end(dbs, readers, links);
});
