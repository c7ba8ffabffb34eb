import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isServiceSideSql } from '@banyan/cohort';
import { dropSlot } from '@banyan/postgres';
import type pg from 'pg';
import type { LinkStatus } from '../control/control.ts';
import * as verifications from '../control/store/verifications.ts';
import { copiedArticles } from '../testing/copied-articles.ts';

const HALF = 5_000;
const ROWS = 13_000;
const MISSES = /banyan verify articles --repair/;

test('slots that are lost at a half share under 13,000 changes: links say so, no step passes, and what is asked to be repaired makes both sides equal while users write', {
  timeout: 300_000,
}, async (t) => {
  const { legacy, own, server, until, forward, reverse, applier, restartAt } = await copiedArticles(t);
  const both = async (): Promise<LinkStatus[]> => [await forward(), await reverse()];
  const well = (links: LinkStatus[]) => links.every(({ state, error }) => state === 'streaming' && !error);
  await legacy.query(`INSERT INTO articles SELECT i, 'first' FROM generate_series(2, $1::int) i`, [ROWS]);
  await until(
    async () => (await own.query('SELECT FROM articles')).rowCount,
    (count) => count === ROWS,
  );
  await restartAt({ stage: 'canary', share: HALF });
  await until(both, well);

  await dropSlot(legacy, 'banyan_articles_forward', { force: true });
  await dropSlot(own, 'banyan_articles_reverse', { force: true });
  await writeOwn(legacy, 'id > 0', 'missed', false);
  await writeOwn(own, 'id > 0', 'missed', true);
  await own.query(`DELETE FROM articles WHERE id % 100 = 0 AND ${SERVICE}`);
  await legacy.query(`DELETE FROM articles WHERE id % 100 = 1 AND NOT ${SERVICE}`);
  await until(both, (links) => links.every(({ error }) => MISSES.test(error ?? '')));
  await assert.rejects(step(applier(), 0), /not streaming/);

  const run = await verifications.queueVerification(server, 'articles', true);
  await until(both, (links) => links.every(({ error }) => /no step passes until/.test(error ?? '')));
  await assert.rejects(step(applier(), 0), { code: 'CHANGES_MISSED' });
  await assert.rejects(step(applier(), 10_000), { code: 'CHANGES_MISSED' });
  let writes = 0;
  const done = await until(
    async () => {
      writes += 1;
      await delay(20);
      await writeOwn(legacy, `id % 97 = ${writes % 10}`, `users ${writes}`, false);
      await writeOwn(own, `id % 97 = ${writes % 10}`, `users ${writes}`, true);
      return await verifications.readVerification(server, run);
    },
    (verification) => verification?.state === 'done' || verification?.state === 'failed',
  );
  assert.deepEqual(
    { state: done!.state, error: done!.error, verdicts: done!.tables.map(({ verdict }) => verdict) },
    { state: 'done', error: null, verdicts: ['CONSISTENT'] },
  );
  assert.ok(done!.repaired > ROWS / 2, `${done!.repaired} rows`);
  await until(both, well);
  await until(
    async () => [await sumOf(legacy), await sumOf(own)],
    ([left, right]) => left === right,
  );
  // Nothing that either side owns was overwritten.
  for (const [db, owned] of [
    [legacy, `NOT ${SERVICE}`],
    [own, SERVICE],
  ] as const)
    assert.equal((await db.query(`SELECT FROM articles WHERE title = 'first' AND ${owned}`)).rowCount, 0);
});

const SERVICE = isServiceSideSql(HALF, 'id', 'articles');

async function writeOwn(db: pg.Pool, which: string, title: string, service: boolean): Promise<void> {
  await db.query(`UPDATE articles SET title = $1 WHERE ${which} AND ${service ? '' : 'NOT '}${SERVICE}`, [
    title,
  ]);
}

async function sumOf(db: pg.Pool): Promise<string> {
  const { rows } = await db.query(`SELECT md5(string_agg(a::text, '|' ORDER BY id)) AS sum FROM articles a`);
  return rows[0].sum;
}

async function step(
  applier: Awaited<ReturnType<Awaited<ReturnType<typeof copiedArticles>>['applier']>>,
  toShare: number,
): Promise<unknown> {
  const fences = [{ id: randomUUID(), service: 'articles' }];
  return await applier.fence({ fences, fromShare: HALF, toShare, timeoutMs: 300_000 });
}
