import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type ResolvedPlan, resolvePlan } from '@banyan/plan';
import { aPlan, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { notedVersion } from '@banyan/replication';
import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import { startController } from '../control/controller.ts';
import { claimDatabases } from './claim-databases.ts';
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
    (error) => error instanceof StartError && message.test(`${error.message} ${error.hint}`),
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

test('a control database that was restored from an older backup ends a controller that runs, and lets none start', async () => {
  const server = await testServer();
  const plan = await planOf(await server.database('monolith'));
  const applier = { fence: () => Promise.reject(new Error('not asked')) };
  const controller = await startController({ plan, applier, log });
  const monolith = createPool(plan.monolith.database, { max: 1 });
  const publish = `INSERT INTO control.route_tables (version, body)
    SELECT version + 1, jsonb_set(body, '{version}', to_jsonb(version + 1)) FROM control.route_tables`;
  await sql(plan.control.database, `${publish}; NOTIFY banyan`);
  while ((await notedVersion(monolith)) !== 2) await pause(20);

  const older =
    /control database is older .* route table is 1, and table 2 was.*UPDATE banyan\.mark SET version = 1/;
  const ended = refused(controller.running, older);
  await sql(plan.control.database, 'DELETE FROM control.route_tables WHERE version = 2; NOTIFY banyan');
  await ended;
  await controller.stop();
  await refused(startController({ plan, applier, log }), older);
  await refused(startApplier({ plan, log }), older);
  await monolith.query('UPDATE banyan.mark SET version = 1');
  await monolith.end();
  await claimDatabases(plan);
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
