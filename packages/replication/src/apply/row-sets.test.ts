import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import fc from 'fast-check';
import { openLink } from '../link/link.ts';
import { namesOf } from '../link/link-config.ts';
import { repair } from '../repair/repair.ts';
import {
  conflictsOf,
  equalEntries,
  join,
  leave,
  notices,
  noticesOf,
  type Party,
  SOURCES,
  step,
} from '../testing/notices.ts';
import { pair, rowsOf, run, settle, streaming } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

const HALF = 5_000;
const ALL = 10_000;
const USERS = [1, 2, 3, 4, 5, 6];
const onService = (user: number, share = HALF) => isServiceSide(share, 'users', String(user));
const MINE = USERS.find((user) => onService(user))!;
const THEIRS = USERS.find((user) => !onService(user))!;

/** A row of each source for each user. */
const ROWS = `INSERT INTO notices (user_id, source, body)
  SELECT u, s, s || ' of ' || u FROM generate_series(1, 6) u, unnest(ARRAY['jobs', 'reports', 'mail', 'billing']) s;
  INSERT INTO notices (user_id, body) VALUES (1, 'of nobody')`;

const drained = (...parties: Party[]) =>
  Promise.all(parties.map(({ dbs, forward, reverse }) => settle(dbs, forward, reverse)));

const verified = ({ dbs, mapping, forward, reverse, salt }: Party, share: number) =>
  verify({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping,
    salt,
    share,
    waitApplied: async ({ direction, lsn }) =>
      void (await { forward, reverse }[direction].link.waitApplied(lsn)),
  });

test('each service has the rows of its sources, from the copy on, and what is nobody’s stays the monolith’s', async () => {
  const world = await notices(ROWS);
  const [jobs, mail] = [await join(world.jobs, HALF), await join(world.mail, ALL)];
  assert.equal((await equalEntries(jobs)).length, 12);
  assert.equal((await equalEntries(mail)).length, 6);
  await jobs.dbs.service.query(
    `INSERT INTO entries (user_id, kind, body) VALUES (${MINE}, 'reports', 'new')`,
  );
  await mail.dbs.service.query(`INSERT INTO entries (user_id, kind, body) VALUES (1, 'mail', 'new')`);
  await jobs.dbs.legacy.query(
    `INSERT INTO notices (user_id, source, body) VALUES (${THEIRS}, 'jobs', 'new'), (1, 'billing', 'new');
     UPDATE notices SET body = 'changed' WHERE source = 'billing'; DELETE FROM notices WHERE source IS NULL`,
  );
  await drained(jobs, mail);
  assert.equal((await equalEntries(jobs)).length, 14);
  assert.equal((await equalEntries(mail)).length, 7);
  for (const [party, share] of [
    [jobs, HALF],
    [mail, ALL],
  ] as const) {
    const { verdict, rows } = await verified(party, share);
    assert.deepEqual([verdict, rows], ['CONSISTENT', party === jobs ? 14 : 7]);
  }
  assert.deepEqual(await conflictsOf(jobs, mail), []);
  await leave(jobs, mail);
  await world.close();
});

test('ids that the monolith and two services draw never meet', async () => {
  const world = await notices();
  const [jobs, mail] = [await join(world.jobs, ALL), await join(world.mail, ALL)];
  await jobs.dbs.service.query(
    `INSERT INTO entries (user_id, kind) SELECT 1, 'jobs' FROM generate_series(1, 50)`,
  );
  await mail.dbs.service.query(
    `INSERT INTO entries (user_id, kind) SELECT 1, 'mail' FROM generate_series(1, 50)`,
  );
  await jobs.dbs.legacy.query(
    `INSERT INTO notices (user_id, source) SELECT 1, 'billing' FROM generate_series(1, 50)`,
  );
  await drained(jobs, mail);
  const { rows } = await jobs.dbs.legacy.query(
    'SELECT source, count(*)::int AS count, min(id) FROM notices GROUP BY 1 ORDER BY min(id)',
  );
  assert.deepEqual(
    rows.map(({ source, count, min }) => [source, count, min]),
    [
      ['billing', 50, '1'],
      ['jobs', 50, String(2n ** 50n + 1n)],
      ['mail', 50, String(2n ** 50n + 2n ** 46n + 1n)],
    ],
  );
  assert.deepEqual(await conflictsOf(jobs, mail), []);
  await leave(jobs, mail);
  await world.close();
});

test('a row whose source the monolith changes leaves one service and comes to the other, whole', async () => {
  const long = `(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 500) i)`;
  const world = await notices(
    `ALTER TABLE notices ALTER body SET STORAGE EXTERNAL;
     INSERT INTO notices (user_id, source, body) VALUES (${THEIRS}, 'jobs', ${long}), (${THEIRS}, 'billing', ${long})`,
  );
  const [jobs, mail] = [await join(world.jobs, HALF), await join(world.mail, ALL)];
  await world.jobs.legacy.query(`UPDATE notices SET source = 'mail' WHERE id = 1`);
  await world.jobs.legacy.query(`UPDATE notices SET source = 'jobs' WHERE id = 2`);
  await drained(jobs, mail);
  assert.deepEqual([(await equalEntries(jobs))[0]![0], (await equalEntries(mail))[0]![0]], ['2', '1']);
  assert.equal((await equalEntries(mail))[0]![3]!.length, 16_000);
  await mail.dbs.service.query(`UPDATE entries SET body = 'of mail now' WHERE id = 1`);
  await world.jobs.legacy.query(`UPDATE notices SET source = NULL, id = 3 WHERE id = 2`);
  await drained(jobs, mail);
  assert.deepEqual(await rowsOf(world.jobs.legacy, 'SELECT body FROM notices WHERE id = 1'), [
    ['of mail now'],
  ]);
  assert.deepEqual(await equalEntries(jobs), []);
  assert.deepEqual(await conflictsOf(jobs, mail), []);
  await leave(jobs, mail);
  await world.close();
});

test('the guard of a service refuses writes to its rows, also those that would give them away, and no others', async () => {
  const world = await notices(ROWS);
  const [jobs, mail] = [await join(world.jobs, HALF), await join(world.mail, ALL)];
  const { legacy } = world.jobs;
  const refused = { code: 'BA001' };
  for (const sql of [
    `UPDATE notices SET body = 'x' WHERE source = 'jobs' AND user_id = ${MINE}`,
    `UPDATE notices SET source = 'billing' WHERE source = 'reports' AND user_id = ${MINE}`,
    `DELETE FROM notices WHERE source = 'mail' AND user_id = ${THEIRS}`,
    'TRUNCATE notices',
  ])
    await assert.rejects(legacy.query(sql), refused, sql);
  await legacy.query(`UPDATE notices SET body = 'x' WHERE source = 'jobs' AND user_id = ${THEIRS}`);
  await legacy.query(`UPDATE notices SET body = 'x' WHERE source = 'billing'`);
  await legacy.query(`DELETE FROM notices WHERE source IS NULL`);
  await drained(jobs, mail);
  await equalEntries(jobs);
  assert.deepEqual(await conflictsOf(jobs, mail), []);
  await leave(jobs, mail);
  await world.close();
});

test('what a service writes outside of its rows is recorded and undone, and touches no row of others', async () => {
  const world = await notices(ROWS);
  const [jobs, mail] = [await join(world.jobs, ALL), await join(world.mail, ALL)];
  const before = await rowsOf(world.jobs.legacy, 'SELECT * FROM notices ORDER BY id');
  const [own] = (await equalEntries(jobs)) as [string[]];
  const [theirs] = (await equalEntries(mail)) as [string[]];
  await jobs.dbs.service.query(`UPDATE entries SET kind = 'mail', body = 'given away' WHERE id = ${own[0]}`);
  await jobs.dbs.service.query(`INSERT INTO entries (id, user_id, kind) VALUES (${theirs[0]}, 1, 'mail')`);
  await jobs.dbs.service.query(`INSERT INTO entries (id, user_id, kind) VALUES (77777, 1, NULL)`);
  await drained(jobs, mail);
  assert.deepEqual(await rowsOf(world.jobs.legacy, 'SELECT * FROM notices ORDER BY id'), before);
  await equalEntries(jobs);
  await equalEntries(mail);
  const told = (await conflictsOf(jobs, mail)).map(([kind, winner]) => `${kind} ${winner}`);
  assert.deepEqual(told, Array(3).fill('outside_rows monolith'));
  // A key that is another's on the monolith: nothing of the other is deleted or changed.
  await jobs.dbs.service.query(`INSERT INTO entries (id, user_id, kind) VALUES (${theirs[0]}, 1, 'jobs')`);
  await drained(jobs, mail);
  await jobs.dbs.service.query(`UPDATE entries SET body = 'x' WHERE id = ${theirs[0]}`);
  await drained(jobs, mail);
  await jobs.dbs.service.query(`DELETE FROM entries WHERE id = ${theirs[0]}`);
  await drained(jobs, mail);
  assert.deepEqual(await rowsOf(world.jobs.legacy, 'SELECT * FROM notices ORDER BY id'), before);
  await equalEntries(mail);
  await leave(jobs, mail);
  await world.close();
});

test('verification and repair look at the rows of the service only', async () => {
  const world = await notices(ROWS);
  const jobs = await join(world.jobs, HALF);
  const config = world.jobs.config('forward', { share: HALF });
  await jobs.forward.stop();
  // Behind the links' back, as what the forward link wrote.
  const session = await world.jobs.service.connect();
  await session.query(
    `SELECT pg_replication_origin_session_setup('${namesOf(config).origin}');
     DELETE FROM entries WHERE user_id = ${THEIRS} AND kind = 'jobs';
     UPDATE entries SET kind = 'mail' WHERE user_id = ${THEIRS} AND kind = 'reports';
     INSERT INTO entries (id, user_id, kind) VALUES (88888, ${MINE}, 'billing')`,
  );
  session.release(true);
  const forward = { ...jobs, forward: run(openLink(config)) };
  await streaming(forward.forward);
  await drained(forward);
  const found = await verified(forward, HALF);
  assert.deepEqual(
    [found.missingInNew, found.inconsistent, found.missingInLegacy, found.rows],
    [1, 1, 1, 13],
  );
  await repair({
    legacy: jobs.dbs.legacyUrl,
    service: jobs.dbs.serviceUrl,
    serviceName: jobs.dbs.config('forward').service,
    mapping: jobs.mapping,
    share: HALF,
    salt: jobs.salt,
    verdict: found,
  });
  await drained(forward);
  assert.equal((await verified(forward, HALF)).verdict, 'CONSISTENT');
  await equalEntries(forward);
  await leave(forward);
  await world.close();
});

test('a table whose identity leaves out what tells its rows apart is refused before anything is touched', async () => {
  const dbs = await pair(
    'CREATE TABLE notices (id bigint PRIMARY KEY, user_id int, source bpchar(8), body text)',
    'CREATE TABLE entries (id bigint PRIMARY KEY, user_id int, kind text, body text)',
    [noticesOf(['jobs'])],
  );
  const link = openLink(dbs.config('forward'));
  const findings = (await link.preflight()).filter(({ code }) => code.startsWith('rows_'));
  assert.deepEqual(
    findings.map(({ code, severity, sql }) => [code, severity, sql]),
    [
      ['rows_identity', 'error', ['ALTER TABLE "public"."notices" REPLICA IDENTITY FULL']],
      ['rows_type', 'error', undefined],
    ],
  );
  await assert.rejects(link.prepare(), { code: 'PREFLIGHT_FAILED', message: /identity is not FULL/ });
  await dbs.close();
});

test('other rows by the plan are copied while the service owns none, and refused while it owns some', async () => {
  const world = await notices(ROWS);
  const first = await join(world.jobs, HALF);
  const more = { tables: [noticesOf(['jobs', 'billing'])] };
  for (const each of [first.forward, first.reverse]) await each.stop();
  const refused = openLink(world.jobs.config('forward', { ...more, share: HALF }));
  await assert.rejects(refused.prepare(), { code: 'COPY_REFUSED', message: /public\.notices.*where/ });
  const asBefore = openLink(world.jobs.config('forward', { share: HALF }));
  await asBefore.prepare();
  assert.equal((await asBefore.copy()).complete, true);
  await world.jobs.legacy.query('DELETE FROM banyan.guards');
  const again = openLink(world.jobs.config('forward', more));
  await again.prepare();
  await again.copy();
  const { rows } = await world.jobs.service.query(
    'SELECT kind, count(*)::int AS count FROM entries GROUP BY 1 ORDER BY 1',
  );
  assert.deepEqual(rows, [
    { kind: 'billing', count: 6 },
    { kind: 'jobs', count: 6 },
  ]);
  await again.drop();
  await first.reverse.link.drop();
  await world.close();
});

type Change = { who: Owner; what: string; user: number; source: number; pick: number };
type Owner = 'monolith' | 'jobs' | 'mail';

const change: fc.Arbitrary<Change> = fc.record({
  who: fc.constantFrom('monolith' as const, 'jobs' as const, 'mail' as const),
  what: fc.constantFrom('insert', 'insert', 'edit', 'move', 'delete'),
  user: fc.constantFrom(...USERS),
  source: fc.nat(3),
  pick: fc.nat(50),
});
const shares = fc.constantFrom(0, 2_000, HALF, 9_000, ALL);

test('in whatever order the monolith and two services write, at whatever shares, all rows are where they belong', async () => {
  const world = await notices(ROWS);
  const jobs = await join(world.jobs, 0);
  const mail = await join(world.mail, 0);
  const parties = { jobs, mail };
  const share = { jobs: 0, mail: 0 };
  const ownedBy = (user: number, source: string | null): Owner => {
    const of = (['jobs', 'mail'] as const).find((name) =>
      (SOURCES[name] as readonly (string | null)[]).includes(source),
    );
    if (of === 'jobs') return onService(user, share.jobs) ? 'jobs' : 'monolith';
    return of === 'mail' && share.mail === ALL ? 'mail' : 'monolith';
  };
  let text = 0;
  const write = async ({ who, what, user, source, pick }: Change) => {
    const own = who === 'monolith';
    const db = who === 'monolith' ? world.jobs.legacy : parties[who].dbs.service;
    const [name, column] = own ? ['notices', 'source'] : ['entries', 'kind'];
    const all = own ? Object.values(SOURCES).flat() : SOURCES[who];
    const wanted = all[source % all.length]!;
    text += 1;
    if (what === 'insert') {
      if (ownedBy(user, wanted) !== who) return;
      await db.query(`INSERT INTO ${name} (user_id, ${column}, body) VALUES ($1, $2, $3)`, [
        user,
        wanted,
        `${text}`,
      ]);
      return;
    }
    const { rows } = await db.query(`SELECT id, user_id, ${column} AS source FROM ${name} ORDER BY id`);
    const row = rows[pick % Math.max(1, rows.length)];
    if (!row) return;
    const mine = ownedBy(row.user_id, row.source) === who;
    if (!mine && !own) return; // a service knows its rows
    const sql = {
      edit: `UPDATE ${name} SET body = '${text}' WHERE id = ${row.id}`,
      move: `UPDATE ${name} SET ${column} = ${wanted === null ? 'NULL' : `'${wanted}'`}, body = '${text}' WHERE id = ${row.id}`,
      delete: `DELETE FROM ${name} WHERE id = ${row.id}`,
    }[what]!;
    const refused = await db.query(sql).then(
      ({ rowCount }) => rowCount === 0,
      (error) => {
        assert.equal(error.code, 'BA001', error.message);
        return true;
      },
    );
    if (own && !mine) assert.ok(refused, `${sql} of ${JSON.stringify(row)} passed`);
    if (own && mine) assert.ok(!refused, `${sql} of ${JSON.stringify(row)} was refused`);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.record({ jobs: shares, mail: shares }),
      fc.array(change, { minLength: 10, maxLength: 40 }),
      async (next, changes) => {
        for (const name of ['jobs', 'mail'] as const) {
          share[name] = next[name];
          await step(parties[name], next[name]);
        }
        for (const each of changes) await write(each);
        await drained(jobs, mail);
        await drained(jobs, mail);
        await equalEntries(jobs);
        await equalEntries(mail);
        assert.deepEqual(await conflictsOf(jobs, mail), []);
      },
    ),
    { numRuns: 12, seed: 20_261_126 },
  );
  for (const name of ['jobs', 'mail'] as const)
    assert.equal((await verified(parties[name], share[name])).verdict, 'CONSISTENT');
  await leave(jobs, mail);
  await world.close();
});
