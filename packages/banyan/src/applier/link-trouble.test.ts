import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkStatus } from '../control/control.ts';
import * as verifications from '../control/store/verifications.ts';
import { copiedArticles } from '../testing/copied-articles.ts';

test('a link that fails again and again says why, and how long for, also while it tries again; then it is well', {
  timeout: 240_000,
}, async (t) => {
  const { legacy, own, forward, until } = await copiedArticles(t);
  await own.query(`ALTER TABLE articles ADD CONSTRAINT short CHECK (length(title) < 10)`);
  await legacy.query(`INSERT INTO articles VALUES (2, 'longer than the service allows')`);
  const first = await until(forward, ({ error }) => error !== null);
  assert.match(first.error!, /short/);
  const said: LinkStatus[] = [];
  await until(forward, (link) => {
    said.push(link);
    // Longer than its first two pauses together.
    return link.lagMs > first.lagMs + 2_500;
  });
  assert.deepEqual(
    said.filter(({ state, error }) => state === 'streaming' || error === null),
    [],
  );
  await own.query('ALTER TABLE articles DROP CONSTRAINT short');
  const well = await until(forward, ({ error }) => error === null);
  assert.equal(well.state, 'streaming');
  await until(forward, ({ lagMs }) => lagMs < 1_000);
  assert.equal((await own.query('SELECT FROM articles')).rowCount, 2);
});

test('a database that is away is told by its link, whose lag grows', { timeout: 240_000 }, async (t) => {
  const { legacy, own, forward, until, server, name } = await copiedArticles(t);
  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await server.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
    [name],
  );
  const gone = await until(forward, ({ error, lagMs }) => error !== null && lagMs > 1_000);
  assert.notEqual(gone.state, 'streaming');
  await legacy.query(`INSERT INTO articles VALUES (2, 'meanwhile')`);
  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await until(forward, ({ error, state, lagMs }) => error === null && state === 'streaming' && lagMs < 1_000);
  assert.equal((await own.query('SELECT FROM articles')).rowCount, 2);
});

test('tables that were changed under a link stop it with the reason, unverify its rows, and go on with what is asked to be repaired', {
  timeout: 300_000,
}, async (t) => {
  const { legacy, own, forward, until, server } = await copiedArticles(t);
  const verdicts = async () => (await server.query('SELECT FROM control.verdicts')).rowCount;
  await until(verdicts, (count) => count === 1);
  await legacy.query('DROP PUBLICATION banyan_articles_forward');
  await legacy.query(`INSERT INTO articles VALUES (2, 'missed')`);
  const stopped = await until(forward, ({ error }) => /verify articles --repair/.test(error ?? ''));
  assert.match(stopped.error!, /was dropped/);
  await until(verdicts, (count) => count === 0);
  const run = await verifications.queueVerification(server, 'articles', true);
  await until(
    () => verifications.readVerification(server, run),
    (verification) => verification?.state === 'done',
  );
  assert.deepEqual((await own.query('SELECT title FROM articles ORDER BY id')).rows.at(-1), {
    title: 'missed',
  });
  await until(forward, ({ error, state }) => error === null && state === 'streaming');
});
