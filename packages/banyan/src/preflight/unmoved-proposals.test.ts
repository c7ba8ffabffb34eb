import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRouteTable, type Plan, resolvePlan, validatePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { proposeUnmoved } from './unmoved-proposals.ts';

function shop(unmoved: Plan['unmoved'] = []) {
  return aPlan({
    services: {
      comments: aService('comments', {
        routes: [aRoute('POST /comments', 'token.sub', { writes: ['comments'] })],
        tables: [aTable('comments', ['article_id']), aTable('articles', ['title'], { rows: 'foreign' })],
      }),
    },
    unmoved,
  });
}

const ARTICLES = { route: 'POST /articles', writes: ['articles'] };

test('a write that stays on the monolith waits for the services that read its tables, once they answer reads', () => {
  const plan = resolvePlan(shop([ARTICLES]));
  const settle = (stage: 'monolith' | 'shadowing' | 'canary' | 'retired') =>
    buildRouteTable(plan, { comments: { stage, share: 100 } }, 1).unmoved!.map((route) => route.settle);
  assert.deepEqual(settle('monolith'), [[]]);
  assert.deepEqual(settle('canary'), [[['comments.forward']]]);
});

test('what cannot be waited for is refused: reads, moved routes, tables that nobody maps', () => {
  const pathsOf = (...unmoved: NonNullable<Plan['unmoved']>) =>
    validatePlan(shop(unmoved)).errors.map(({ path }) => path);
  assert.deepEqual(pathsOf(ARTICLES), []);
  assert.deepEqual(pathsOf({ ...ARTICLES, route: 'GET /articles' }), ['unmoved[0].route']);
  assert.deepEqual(pathsOf({ ...ARTICLES, route: 'articles' }), ['unmoved[0].route']);
  assert.deepEqual(pathsOf({ ...ARTICLES, route: 'POST /comments' }), ['unmoved[0].route']);
  assert.deepEqual(pathsOf(ARTICLES, ARTICLES), ['unmoved[1].route']);
  assert.deepEqual(pathsOf({ ...ARTICLES, writes: ['article'] }), ['unmoved[0].writes[0]']);
  assert.deepEqual(pathsOf({ route: 'POST /articles' }), ['unmoved[0]'], 'nothing is said of it');
  assert.deepEqual(pathsOf({ route: 'POST /articles', bodySchema: { type: 'object' } }), []);
});

test('tables that a moved one refers to and no route is said to write are proposed', async () => {
  const pool = createPool(await (await testServer()).database('legacy'), { max: 1 });
  await pool.query(`CREATE TABLE articles (id bigint PRIMARY KEY, title text);
    CREATE TABLE comments (id bigint PRIMARY KEY, article_id bigint REFERENCES articles)`);
  const propose = async (plan: Plan) => {
    const resolved = resolvePlan(plan);
    return await proposeUnmoved(resolved, resolved.services.comments!, pool);
  };
  const [proposal] = await propose(shop());
  assert.deepEqual(
    [proposal?.code, proposal?.severity, proposal?.table],
    ['unmoved_writes', 'warning', 'public.articles'],
  );
  assert.match(proposal!.hint, /unmoved: .*'public\.articles'/);
  assert.deepEqual(await propose(shop([ARTICLES])), []);
  await pool.end();
});
