import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, createSlot, dropSlot, slotStatus } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { openLink } from '../link/link.ts';
import { Ownership } from '../link/ownership.ts';
import { repair } from '../repair/repair.ts';
import {
  bothLinks,
  end,
  equalUsers,
  LIMIT,
  type Pair,
  type Running,
  rowsOf,
  run,
  settle,
  streaming,
  usersMapping,
} from '../testing/support.ts';
import { type TableVerdict, verify } from '../verify/verify.ts';

const HALF = 5_000;
const ownership = new Ownership('users', HALF);

/** Each side changes rows of its own in every way there is; `from`: the first of twenty ids that none has used. */
async function writeOnBothSides({ legacy, service }: Pair, from: number): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, index) => from + index);
  const theirs = await rowsOf(legacy, 'SELECT id FROM users ORDER BY id');
  const [monolithOwns, serviceOwns] = [false, true].map((service) =>
    theirs.flat().filter((id) => ownership.isService(id) === service),
  );
  const [gone, renamed, ...others] = monolithOwns!;
  await legacy.query('DELETE FROM users WHERE id = $1', [gone]);
  await legacy.query(`UPDATE users SET full_name = 'Monolith ' || id WHERE id = ANY($1)`, [others]);
  // Another row takes the unique value of one that is gone.
  await legacy.query(`UPDATE users SET email = 'mail' || $2 WHERE id = $1`, [renamed, gone]);
  await legacy.query(
    `INSERT INTO users (id, full_name, email) SELECT id, 'More ' || id, 'more' || id FROM unnest($1::int[]) id`,
    [ids.filter((id) => !ownership.isService(`${id}`))],
  );
  // Of a row that the service owns, the one column that is the monolith's.
  await legacy.query(`UPDATE users SET last_login = '2024-01-01Z' WHERE id = $1`, [serviceOwns![1]]);
  await service.query('DELETE FROM people WHERE person_id = $1', [serviceOwns![0]]);
  await service.query(
    `UPDATE people SET first_name = 'Service', last_name = person_id WHERE person_id = ANY($1)`,
    [serviceOwns!.slice(1)],
  );
  await service.query(
    `INSERT INTO people (person_id, first_name, email) SELECT id, 'Other', 'other' || id FROM unnest($1::int[]) id`,
    [ids.filter((id) => ownership.isService(`${id}`))],
  );
}

/** The way on, as the documentation has it: rows are verified and repaired, and the links are told. */
async function verifyAndRepair(
  dbs: Pair,
  forward: Running,
  reverse: Running,
  share: number,
): Promise<TableVerdict> {
  const links = { forward: forward.link, reverse: reverse.link };
  const missed = await Promise.all(Object.values(links).map((link) => link.missed()));
  for (;;) {
    const verdict = await verify({
      legacy: dbs.legacyUrl,
      service: dbs.serviceUrl,
      mapping: usersMapping(),
      salt: 'users',
      share,
      waitApplied: async ({ direction }) => void (await links[direction].barrier(LIMIT)),
      onDiffering: async (keys) => {
        const { legacyUrl: legacy, serviceUrl: service } = dbs;
        const serviceName = forward.link.config.service;
        await repair({ legacy, service, serviceName, mapping: usersMapping(), salt: 'users', share, keys });
      },
    });
    if (verdict.verdict !== 'CONSISTENT') continue;
    for (const [index, link] of Object.values(links).entries())
      if (missed[index]) await link.markRepaired(missed[index]);
    return verdict;
  }
}

/** Until the server has removed what the slots needed. */
async function keepingNoWal({ legacy }: Pair, slots: string[]): Promise<void> {
  await legacy.query(`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
  await legacy.query('SELECT pg_reload_conf()');
  for (const slot of slots)
    while ((await slotStatus(legacy, slot))?.walStatus !== 'lost') {
      await legacy.query(`SELECT pg_logical_emit_message(false, 'x', 'y'), pg_switch_wal()`);
      await legacy.query('CHECKPOINT');
    }
  await legacy.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
  await legacy.query('SELECT pg_reload_conf()');
}

const CHANGES_MISSED = { code: 'CHANGES_MISSED', message: /Verify, repair/ };

test('slots whose WAL the server has removed at a half share, with writes on both sides: accepted, verified and repaired both are equal, and only then a step passes', async (t) => {
  const { ownServer } = await testServer();
  if (!ownServer) return t.skip('changes settings of the server');
  const { dbs, forward, reverse } = await bothLinks(HALF, 20);
  for (const each of [forward, reverse]) await each.stop();
  await writeOnBothSides(dbs, 100);
  await keepingNoWal(dbs, [forward.link.names.slot, reverse.link.names.slot]);
  await writeOnBothSides(dbs, 200);
  for (const { link } of [forward, reverse]) {
    await assert.rejects(link.stream({ signal: new AbortController().signal }), { code: 'SLOT_LOST' });
    await assert.rejects(link.prepare(), { code: 'SLOT_LOST' });
    const [found] = (await link.preflight()).filter(({ severity }) => severity === 'error');
    assert.equal(found!.code, 'slot_lost');
    assert.match(found!.hint, /banyan verify users\d+ --repair/);
    await link.prepare({ acceptLoss: true });
    // Again is no error, and takes nothing back.
    await link.prepare({ acceptLoss: true });
  }
  // No copy: it would overwrite what the service owns.
  assert.deepEqual(await forward.link.copy(), { rows: 20, complete: true });
  const again = [run(forward.link), run(reverse.link)] as const;
  await streaming(...again);
  await writeOnBothSides(dbs, 300);
  for (const { link } of again) {
    assert.equal(link.status().missesChanges, true);
    await assert.rejects(link.barrier({ ...LIMIT, hold: true }), CHANGES_MISSED);
  }
  await verifyAndRepair(dbs, ...again, HALF);
  const users = await equalUsers(dbs);
  for (const name of ['Monolith', 'More', 'Service', 'Other'])
    assert.ok(
      users.some(([, fullName]) => fullName?.startsWith(name)),
      name,
    );
  for (const { link } of again) {
    assert.equal(await link.missed(), null);
    await link.barrier({ ...LIMIT, hold: true });
    link.release(HALF);
  }
  await writeOnBothSides(dbs, 400);
  await settle(dbs, ...again);
  await equalUsers(dbs);
  await end(dbs, ...again);
});

test('one slot that is dropped while its link streams: the other link stays as it is, and both sides end equal', async () => {
  const { dbs, forward, reverse } = await bothLinks(HALF, 20);
  await dropSlot(dbs.service, reverse.link.names.slot, { force: true });
  await writeOnBothSides(dbs, 100);
  await assert.rejects(reverse.ended, { code: 'SLOT_LOST' });
  await reverse.link.prepare({ acceptLoss: true });
  const back = run(reverse.link);
  await streaming(back);
  await writeOnBothSides(dbs, 200);
  await verifyAndRepair(dbs, forward, back, HALF);
  await equalUsers(dbs);
  await forward.link.barrier({ ...LIMIT, hold: true });
  forward.link.release(HALF);
  await end(dbs, forward, back);
});

test('a slot that was made again, and a source that has forgotten what it said, are gone on with in the same way', async () => {
  const { dbs, forward, reverse } = await bothLinks(HALF, 20);
  await reverse.stop();
  await writeOnBothSides(dbs, 100);
  await dropSlot(dbs.service, reverse.link.names.slot);
  await createSlot(dbs.service, reverse.link.names.slot);
  await assert.rejects(reverse.link.stream({ signal: new AbortController().signal }), { code: 'SLOT_AHEAD' });
  await assert.rejects(reverse.link.prepare(), { code: 'SLOT_AHEAD' });
  await forward.stop();
  // A restored source writes its log anew from where the backup ends; this is how that looks from here.
  await dbs.service.query(`UPDATE banyan.links SET applied_lsn = 'FFFF/0' WHERE link = $1`, [
    forward.link.names.link,
  ]);
  await assert.rejects(forward.link.stream({ signal: new AbortController().signal }), {
    code: 'SOURCE_CHANGED',
    message: /its log goes to FFFF\/0/,
  });
  for (const { link } of [forward, reverse]) await link.prepare({ acceptLoss: true });
  const again = [run(forward.link), run(reverse.link)] as const;
  await streaming(...again);
  await writeOnBothSides(dbs, 200);
  await verifyAndRepair(dbs, ...again, HALF);
  await equalUsers(dbs);
  await end(dbs, ...again);
});

test('a monolith that was restored as another database at a half share is gone on with', async () => {
  const { dbs, forward, reverse } = await bothLinks(HALF, 20);
  for (const each of [forward, reverse]) await each.stop();
  const server = await testServer();
  const copied = await server.database('restored');
  const [was, is] = [dbs.legacyUrl, copied].map((url) => new URL(url).pathname.slice(1));
  await dbs.legacy.end();
  await dbs.service.query(`DROP DATABASE ${is}`);
  await dbs.service.query(`CREATE DATABASE ${is} TEMPLATE ${was}`);
  const legacy = createPool(copied, { max: 4 });
  const restored: Pair = { ...dbs, legacy, legacyUrl: copied };
  await writeOnBothSides(restored, 100);
  const moved = [
    openLink({ ...dbs.config('forward'), source: copied, share: HALF }),
    openLink({ ...dbs.config('reverse'), target: copied, share: HALF }),
  ] as const;
  await assert.rejects(moved[0].stream({ signal: new AbortController().signal }), { code: 'SOURCE_CHANGED' });
  for (const link of moved) await link.prepare({ acceptLoss: true });
  const again = [run(moved[0]), run(moved[1])] as const;
  await streaming(...again);
  await writeOnBothSides(restored, 200);
  await verifyAndRepair(restored, ...again, HALF);
  await equalUsers(restored);
  await end({ ...restored, close: async () => {} }, ...again);
  await Promise.all([legacy.end(), dbs.service.end()]);
});

test('a slot that is lost while the service owns nothing: rows are copied again', async () => {
  const { dbs, forward, reverse } = await bothLinks(0, 20);
  await forward.stop();
  await dropSlot(dbs.legacy, forward.link.names.slot);
  await dbs.legacy.query(
    `DELETE FROM users WHERE id < 5; UPDATE users SET full_name = 'New ' || id WHERE id > 10; INSERT INTO users (full_name, email) VALUES ('Ann Lee', 'more')`,
  );
  await forward.link.prepare({ acceptLoss: true });
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Bob Ray', 'while it waits')`);
  assert.equal((await forward.link.copy()).complete, true);
  const again = run(forward.link);
  await streaming(again);
  await equalUsers(dbs);
  await assert.rejects(again.link.barrier({ ...LIMIT, hold: true }), CHANGES_MISSED);
  await verifyAndRepair(dbs, again, reverse, 0);
  await again.link.barrier({ ...LIMIT, hold: true });
  again.link.release(0);
  await end(dbs, again, reverse);
});

test('an origin that somebody has dropped is made again, and nothing is lost', async () => {
  const { dbs, forward, reverse } = await bothLinks(HALF, 20);
  for (const each of [forward, reverse]) await each.stop();
  await dbs.service.query('SELECT pg_replication_origin_drop($1)', [forward.link.names.origin]);
  await writeOnBothSides(dbs, 100);
  await assert.rejects(forward.link.stream({ signal: new AbortController().signal }), {
    message: /origin.*does not exist/,
  });
  await forward.link.prepare();
  assert.equal(await forward.link.missed(), null);
  const again = [run(forward.link), run(reverse.link)] as const;
  await streaming(...again);
  await settle(dbs, ...again);
  await equalUsers(dbs);
  await end(dbs, ...again);
});

test('a slot of another database that bears our name is left alone', async () => {
  const { dbs, forward, reverse } = await bothLinks(0, 3);
  await end({ ...dbs, close: async () => {} }, forward, reverse);
  const { slot } = forward.link.names;
  await createSlot(dbs.service, slot);
  await assert.rejects(forward.link.prepare(), { code: 'PREFLIGHT_FAILED', message: /another plan/ });
  assert.ok(await slotStatus(dbs.service, slot));
  await dropSlot(dbs.service, slot);
  await dbs.close();
});
