import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { repair } from '../repair/repair.ts';
import {
  LIMIT,
  type Pair,
  pair,
  type Running,
  rowsOf,
  run,
  setShare,
  start,
  usersMapping,
} from '../testing/support.ts';
import { type VerifyCursor, type VerifyOptions, verify } from './verify.ts';

function options(
  dbs: Pair,
  links: Partial<Record<'forward' | 'reverse', Running>>,
  more: Partial<VerifyOptions> = {},
): VerifyOptions {
  return {
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping: usersMapping(),
    salt: 'users',
    share: 0,
    waitApplied: async ({ direction, lsn }) => void (await links[direction]!.link.waitApplied(lsn)),
    ...more,
  };
}

async function seeded(rows: number) {
  const dbs = await pair();
  await dbs.legacy.query(
    `INSERT INTO users (full_name, email) SELECT CASE i % 3 WHEN 0 THEN 'Cher' WHEN 1 THEN 'Ann Lee' END, i FROM generate_series(1, ${rows}) i`,
  );
  const forward = await start(dbs.config('forward'));
  await forward.link.barrier(LIMIT);
  return { dbs, forward };
}

async function end(dbs: Pair, ...links: Running[]): Promise<void> {
  for (const each of links) {
    await each.stop();
    await each.link.drop();
  }
  await dbs.close();
}

test('rows that are missing, surplus or different are found one by one, named, and put right by repair', async () => {
  const { dbs, forward } = await seeded(5000);
  assert.equal((await verify(options(dbs, { forward }))).verdict, 'CONSISTENT');
  // Behind the link's back, as an operator with a console would.
  await dbs.service.query(`UPDATE people SET last_name = 'Wrong' WHERE person_id IN (7, 4001)`);
  await dbs.service.query(`UPDATE people SET last_name = '' WHERE person_id = 3`);
  await dbs.service.query(`DELETE FROM people WHERE person_id IN (1, 2500, 5000)`);
  await dbs.service.query(`INSERT INTO people (person_id, email) VALUES (6000, 'surplus')`);
  await dbs.service.query(
    `UPDATE people SET secret = 'seed columns are not compared', version = 9 WHERE person_id = 50`,
  );
  const verdict = await verify(options(dbs, { forward }, { rangeRows: 1000 }));
  assert.deepEqual(
    { ...verdict, sample: undefined, differing: verdict.differing.map((key) => key.id) },
    {
      table: 'public.users',
      verdict: 'INCONSISTENT',
      rows: 5001,
      consistent: 4994,
      missingInNew: 3,
      missingInLegacy: 1,
      inconsistent: 3,
      inFlight: 0,
      sample: undefined,
      differing: ['1', '3', '7', '2500', '4001', '5000', '6000'],
      complete: true,
    },
  );
  assert.deepEqual(verdict.sample.slice(0, 3), [
    { key: { id: '1' }, verdict: 'MISSING_IN_NEW', columns: [] },
    { key: { id: '3' }, verdict: 'INCONSISTENT', columns: ['full_name'] },
    { key: { id: '7' }, verdict: 'INCONSISTENT', columns: ['full_name'] },
  ]);
  const sent = await repair({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    serviceName: forward.link.config.service,
    mapping: usersMapping(),
    share: 0,
    verdict,
  });
  assert.equal(sent, 7);
  await forward.link.barrier(LIMIT);
  const after = await verify(options(dbs, { forward }));
  assert.deepEqual([after.verdict, after.rows], ['CONSISTENT', 5000]);
  await end(dbs, forward);
});

test('NULL, an empty text and shifted texts are told apart', async () => {
  const define = 'CREATE TABLE t (id int PRIMARY KEY, a text, b text)';
  const mapping = table({ legacy: 't', columns: [copy('id', 'a', 'b')] });
  const dbs = await pair(
    `${define}; INSERT INTO t VALUES (1, NULL, ''), (2, 'ab', 'c'), (3, 'x,y', 'z'), (4, '(', ')'), (5, 'same', NULL)`,
    `${define}; INSERT INTO t VALUES (1, '', NULL), (2, 'a', 'bc'), (3, 'x', 'y,z'), (4, '()', ''), (5, 'same', NULL)`,
    [mapping],
  );
  const verdict = await verify(options(dbs, {}, { mapping, waitApplied: async () => {} }));
  assert.deepEqual([verdict.inconsistent, verdict.consistent], [4, 1]);
  await dbs.close();
});

test('what is in flight is not divergence: under steady writes a verification finds nothing', async () => {
  const { dbs, forward } = await seeded(2000);
  const reverse = openLink(dbs.config('reverse'));
  await reverse.prepare();
  const back = run(reverse);
  await Promise.all([setShare(forward, 5000), setShare(back, 5000)]);
  const stop = new AbortController();
  const writing = (async () => {
    for (let round = 0; !stop.signal.aborted; round++) {
      await dbs.legacy.query(`UPDATE users SET last_login = now() WHERE id % 50 = ${round % 50}`);
      await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('x', 'l${round}')`);
      await dbs.service.query(`INSERT INTO people (first_name, email) VALUES ('x', 's${round}')`);
    }
  })();
  for (let round = 0; round < 4; round++) {
    const verdict = await verify(options(dbs, { forward, reverse: back }, { share: 5000, rangeRows: 200 }));
    assert.equal(verdict.verdict, 'CONSISTENT', JSON.stringify(verdict.sample));
    assert.ok(verdict.rows >= 2000);
  }
  stop.abort();
  await writing;
  await end(dbs, forward, back);
});

test('a row that differs because the link is behind is waited for, not reported', async () => {
  const { dbs, forward } = await seeded(100);
  const held = await dbs.service.connect();
  await held.query('BEGIN; SELECT FROM people WHERE person_id = 5 FOR UPDATE');
  await dbs.legacy.query(`UPDATE users SET full_name = 'Late Comer' WHERE id = 5`);
  let waited = 0;
  const verdict = await verify(
    options(
      dbs,
      {},
      {
        waitApplied: async () => {
          if (waited++ === 0) await held.query('COMMIT');
          await forward.link.barrier(LIMIT);
        },
      },
    ),
  );
  held.release();
  assert.deepEqual(
    [verdict.verdict, verdict.inFlight, verdict.consistent, waited],
    ['CONSISTENT', 0, 100, 1],
  );
  await end(dbs, forward);
});

test('nothing compared is a failure, unless both sides are empty and that is allowed', async () => {
  const { dbs, forward } = await seeded(0);
  await assert.rejects(verify(options(dbs, { forward })), { code: 'NOTHING_COMPARED' });
  assert.equal((await verify(options(dbs, { forward }, { allowEmpty: true }))).rows, 0);
  await dbs.service.query(`INSERT INTO people (email) VALUES ('only here')`);
  const verdict = await verify(options(dbs, { forward }));
  assert.deepEqual([verdict.verdict, verdict.rows], ['MISSING_IN_LEGACY', 1]);
  await end(dbs, forward);
});

test('a verification that was stopped goes on where it was, with what it had found', async () => {
  const { dbs, forward } = await seeded(3000);
  await dbs.service.query(`DELETE FROM people WHERE person_id IN (10, 2990)`);
  const stopper = new AbortController();
  let cursor: VerifyCursor | undefined;
  const first = await verify(
    options(
      dbs,
      { forward },
      {
        signal: stopper.signal,
        rangeRows: 500,
        onProgress: (progress) => {
          cursor = JSON.parse(JSON.stringify(progress.cursor));
          if (progress.rows >= 1000) stopper.abort();
        },
      },
    ),
  );
  assert.deepEqual([first.complete, first.missingInNew, first.rows], [false, 1, 1000]);
  const second = await verify(options(dbs, { forward }, { resumeFrom: cursor }));
  assert.deepEqual([second.complete, second.missingInNew, second.rows], [true, 2, 3000]);
  await end(dbs, forward);
});

test('rows of both owners are repaired from their owners', async () => {
  const { dbs, forward } = await seeded(300);
  const reverse = openLink(dbs.config('reverse'));
  await reverse.prepare();
  const back = run(reverse);
  await setShare(forward, 5000);
  await setShare(back, 5000);
  await dbs.service.query(`SET session_replication_role = replica`);
  const before = await rowsOf(dbs.legacy, 'SELECT id, full_name, email FROM users ORDER BY id');
  await Promise.all([forward.stop(), back.stop()]);
  // What nobody can see in the WAL of an owner: rows changed under the origin of the other link.
  for (const [db, sql, link] of [
    [
      dbs.legacy,
      `UPDATE users SET email = 'lost' || id WHERE id % 10 = 0; DELETE FROM users WHERE id % 10 = 1`,
      back,
    ],
    [
      dbs.service,
      `UPDATE people SET email = 'lost' || person_id WHERE person_id % 10 = 2; DELETE FROM people WHERE person_id % 10 = 3`,
      forward,
    ],
  ] as const) {
    const client = await db.connect();
    await client.query('SELECT pg_replication_origin_session_setup($1)', [link.link.names.origin]);
    await client.query(sql);
    client.release(true);
  }
  const again = [
    run(openLink(dbs.config('forward', { share: 5000 }))),
    run(openLink(dbs.config('reverse', { share: 5000 }))),
  ] as const;
  const links = { forward: again[0], reverse: again[1] };
  const repaired = async () => {
    const verdict = await verify(options(dbs, links, { share: 5000 }));
    await repair({
      legacy: dbs.legacyUrl,
      service: dbs.serviceUrl,
      serviceName: forward.link.config.service,
      mapping: usersMapping(),
      share: 5000,
      verdict,
    });
    for (const each of again) await Promise.race([each.link.barrier(LIMIT), each.ended]);
    return verdict;
  };
  const verdict = await repaired();
  assert.deepEqual([verdict.inconsistent, verdict.missingInNew, verdict.missingInLegacy], [60, 30, 30]);
  const after = await verify(options(dbs, links, { share: 5000 }));
  // The owner's word counts: what the owner itself has lost stays lost, what the other side lost is back.
  assert.equal(after.verdict, 'CONSISTENT', JSON.stringify(after.sample));
  const now = await rowsOf(dbs.legacy, 'SELECT id, full_name, email FROM users ORDER BY id');
  assert.ok(now.length < before.length);
  await end(dbs, ...again);
});
