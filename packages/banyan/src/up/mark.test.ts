import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import { startController } from '../controller/controller.ts';
import { type ResolvedPlan, resolvePlan } from '../plan/resolved.ts';
import { aPlan, aService } from '../testing/plans.ts';
import { claimDatabases } from './mark.ts';
import { StartError } from './start-error.ts';

const log = pino({ level: 'silent' });

async function planOf(monolith: string): Promise<ResolvedPlan> {
  const server = await testServer();
  const control = await server.database('control');
  const plan = aPlan({
    control: { database: control },
    services: { auth: aService('auth', { database: await server.database('auth') }) },
  });
  plan.monolith.database = monolith;
  return resolvePlan(plan);
}

async function sql(url: string, text: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  await pool.query(text);
  await pool.end();
}

const refused = (start: Promise<unknown>, message: RegExp) =>
  assert.rejects(
    start,
    (error) => error instanceof StartError && message.test(`${error.message} ${error.mend}`),
  );

test('controller and applier do not start on a database that another control database works on', async () => {
  const monolith = await (await testServer()).database('monolith');
  const [first, second] = [await planOf(monolith), await planOf(monolith)];
  await claimDatabases(first);
  await claimDatabases(first);
  const whose =
    /monolith\.database is worked on by the system 'shop' with another control database .*DELETE FROM banyan\.mark/;
  await refused(startApplier({ plan: second, log }), whose);
  const applier = { fence: () => Promise.reject(new Error('not asked')) };
  await refused(startController({ plan: second, applier, log }), whose);
});

test('a database that cannot be marked is an error with the GRANT that is missing, one that is away is not', async () => {
  const server = await testServer();
  const [monolith, reader] = [await server.database('monolith'), await server.role('reader')];
  const plan = await planOf(reader.url(monolith));
  await refused(
    claimDatabases(plan),
    /permission denied.*GRANT CREATE ON DATABASE "?monolith\w*"? TO "?reader/,
  );
  const database = new URL(monolith).pathname.slice(1);
  await sql(monolith, `GRANT CREATE ON DATABASE "${database}" TO ${reader.name}`);
  await claimDatabases(plan);

  const squatted = await server.database('squatted');
  await sql(squatted, 'CREATE SCHEMA banyan');
  await sql(squatted, `GRANT CREATE ON DATABASE "${new URL(squatted).pathname.slice(1)}" TO ${reader.name}`);
  await refused(
    claimDatabases(await planOf(reader.url(squatted))),
    /permission denied for schema banyan.*ALTER SCHEMA banyan OWNER TO/,
  );

  await claimDatabases(await planOf('postgres://127.0.0.1:1/nowhere'));
  await claimDatabases(await planOf(reader.url(monolith).replace(reader.name, 'nobody_here')));
});
