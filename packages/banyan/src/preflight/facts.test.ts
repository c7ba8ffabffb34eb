import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { applyOutboxSchema } from '@banyan/events/machinery';
import { isLinked, resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { checkFacts } from './facts.ts';

const FACTS = import.meta.resolve('../testing/account-facts.ts');

/** A service `bank` whose role in the plan is not the owner of its database. */
async function bank(t: { after(end: () => Promise<unknown>): void }, facts = FACTS) {
  const owner = await (await testServer()).database('bank');
  const pool = createPool(owner, { max: 1 });
  const role = `replicator_of_${new URL(owner).pathname.slice(1)}`;
  await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of a test'`);
  t.after(async () => {
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await pool.end();
  });
  const url = new URL(owner);
  url.username = role;
  url.password = 'of a test';
  const stated = aService('bank', {
    database: url.href,
    facts,
    routes: [aRoute('GET /me', 'token.sub')],
    tables: [aTable('accounts', ['balance'])],
  });
  const service = resolvePlan(aPlan({ services: { bank: stated } })).services.bank!;
  assert.ok(isLinked(service));
  return { pool, role, service };
}

describe('before a link with facts starts it is said', () => {
  it('that the role may not make the outbox, and nothing is left of having tried', async (t) => {
    const { pool, role, service } = await bank(t);
    const [found] = await checkFacts(service);
    assert.equal(found?.code, 'outbox_privilege');
    assert.equal(found.where, 'services.bank.facts');
    await pool.query(`GRANT CREATE ON DATABASE ${new URL(service.database).pathname.slice(1)} TO ${role}`);
    assert.deepEqual(await checkFacts(service), []);
    assert.deepEqual((await pool.query(`SELECT FROM pg_namespace WHERE nspname LIKE 'banyan%'`)).rows, []);
  });

  it('what the role lacks in an outbox that the service has made, and what to run', async (t) => {
    const { pool, role, service } = await bank(t);
    await applyOutboxSchema(pool);
    const [found] = await checkFacts(service);
    assert.equal(found?.code, 'outbox_privilege');
    assert.match(found.message, /permission denied/);
    // As it stands there it is enough.
    const grants = found.hint.slice(found.hint.indexOf('GRANT'), -1);
    const database = new URL(service.database).pathname.slice(1);
    await pool.query(grants.replaceAll('<role>', role).replaceAll('<database>', database));
    assert.deepEqual(await checkFacts(service), []);
  });

  it('that the module is missing, exports nothing, or names a table that the plan does not take over', async (t) => {
    const nothing = pathToFileURL(import.meta.filename).href.replace('facts.test.ts', 'finding.ts');
    for (const facts of [`${FACTS}.gone`, nothing]) {
      const { service } = await bank(t, facts);
      assert.deepEqual(
        (await checkFacts(service)).map(({ code }) => code),
        ['facts_unusable'],
      );
    }
    const { service } = await bank(t);
    const [found] = await checkFacts({ ...service, tables: [] });
    assert.match(found?.message ?? '', /public\.accounts, which is no table that its plan takes over/);
  });
});
