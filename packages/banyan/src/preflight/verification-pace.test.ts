import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { checkVerificationPace } from './verification-pace.ts';

test('a service whose comparison is too old for a step before it is done is told before it stands still', async () => {
  const pool = createPool(await (await testServer()).database('legacy'), { max: 1 });
  await pool.query(`CREATE TABLE articles (id bigint PRIMARY KEY, title text);
    CREATE TABLE comments (id bigint PRIMARY KEY, title text);
    INSERT INTO articles SELECT i, 'one' FROM generate_series(1, 9000) i;
    INSERT INTO comments SELECT i, 'one' FROM generate_series(1, 3000) i`);
  const check = async (verifyRowsPerSecond: number, maxVerificationAgeSeconds: number) => {
    const articles = aService('articles', {
      routes: [aRoute('GET /articles', 'token.sub')],
      tables: [aTable('articles', ['title']), aTable('comments', ['title'])],
      rollout: { verifyRowsPerSecond, maxVerificationAgeSeconds },
    });
    return await checkVerificationPace(
      resolvePlan(aPlan({ services: { articles } })).services.articles!,
      pool,
    );
  };
  assert.deepEqual(await check(1, 60), [], 'nothing is known of tables that were never analysed');
  await pool.query('ANALYZE');
  assert.deepEqual(await check(300, 60), []);
  const [finding] = await check(299, 60);
  assert.deepEqual([finding?.code, finding?.severity], ['verification_too_slow', 'warning']);
  assert.match(finding!.message, /12,000 rows of articles takes 41 s/);
  assert.match(finding!.hint, /maxVerificationAgeSeconds to 82/);
  await pool.end();
});
