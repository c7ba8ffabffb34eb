import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { noteProduction, type Production, productionFile } from '@banyan/banyan/operate';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { testServer } from '@banyan/postgres/testing';
import { demandNotProduction } from './demand-not-production.ts';

const directory = mkdtempSync(join(tmpdir(), 'production '));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = productionFile(directory);

const server = await testServer();
const [monolith, control, other] = [
  await server.database('shop'),
  await server.database('control'),
  await server.database('other'),
];
const plan = planOn(monolith);

/** All of its services are on the server of the others. */
function planOn(database: string) {
  const resolved = resolvePlan(aPlan());
  return {
    ...resolved,
    monolith: { ...resolved.monolith, database },
    control: { ...resolved.control, database: control },
    services: {},
  };
}

/** As if the server had been noted when it was another one, or another run of this one. */
function noteAs(change: Partial<Production['databases'][number]>): void {
  const noted = JSON.parse(readFileSync(file, 'utf8')) as Production;
  writeFileSync(
    file,
    JSON.stringify({ ...noted, databases: noted.databases.map((one) => ({ ...one, ...change })) }),
  );
}

const demand = (restored: string[] = [], of = plan) => demandNotProduction(of, { file, restored });

it('lets pass what nobody has noted', async () => {
  rmSync(file, { force: true });
  await demand();
});

it('refuses what was noted, by whatever name it is reached and whatever is said', async () => {
  await noteProduction(plan, directory, new Date());
  const tunnel = new URL(monolith);
  tunnel.searchParams.set('application_name', 'tunnel');
  for (const reached of [plan, planOn(tunnel.href)])
    for (const restored of [[], ['monolith.database', 'control.database']])
      await assert.rejects(
        demand(restored, reached),
        /monolith\.database \(shop\w*\) lies on the server that was noted/,
      );
});

it('refuses another database on that server: its slots and its load would be production’s', async () => {
  await noteProduction(plan, directory, new Date());
  await assert.rejects(demand([], planOn(other)), /monolith\.database \(other\w*\) lies on the server/);
});

it('refuses a server with the files of production until somebody says of each database that it was restored', async () => {
  await noteProduction(plan, directory, new Date());
  noteAs({ startedAt: '2020-01-01T00:00:00.000000Z' });
  await assert.rejects(demand(), { hint: /--restored monolith\.database,control\.database;/ });
  await assert.rejects(
    demand(['monolith.database']),
    /^StartError: control\.database \(control\w*\) has the files/,
  );
  await demand(['monolith.database', 'control.database']);
});

it('lets a server with other files pass, whenever it was started', async () => {
  await noteProduction(plan, directory, new Date());
  noteAs({ system: '1' });
  await demand();
});

it('begins nothing while what was noted cannot be read', async () => {
  for (const text of ['', '{}', '{"recordedAt":"x","databases":[{}]}']) {
    writeFileSync(file, text);
    await assert.rejects(demand(), /does not say which databases are to be protected/);
  }
});
