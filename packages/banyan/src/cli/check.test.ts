import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { aPlan, aTable } from '@banyan/plan/testing';
import { aShop, root } from '../testing/a-shop.ts';
import { MAIN as main, run, writePlan } from '../testing/run-cli.ts';

describe('banyan check', { concurrency: 3 }, () => {
  test('--offline counts what a right plan has, and asks no database', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout } = await banyan('check', '--offline');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /banyan\.config\.ts is right: 2 services, 5 routes, 2 tables\nthe databases were not asked/,
    );
  });

  test('exits with 1 when a database is not ready, and names it', async (t) => {
    const { folder, api, banyan } = await aShop(t);
    const nowhere = 'postgres://127.0.0.1:1/nowhere';
    const { auth, users } = aPlan().services;
    const services = { auth: { ...auth, database: nowhere }, users: { ...users, database: nowhere } };
    const monolith = { ...aPlan().monolith, database: 'postgres://127.0.0.1:1/shop' };
    writePlan(folder, api.port, { services, monolith, control: { database: nowhere } });
    const { code, stdout } = await banyan('check');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /not ready\n {2}monolith\.database\n {4}The database does not answer: .*ECONNREFUSED.*\n {4}hint: /,
    );
    assert.match(stdout, /the databases are not ready\n$/);
  });

  test('of a wrong plan shows every error and exits with 2', async () => {
    const folder = join(root, 'wrong');
    writePlan(folder, 70_000, {
      name: 'my shop',
      services: { auth: { ...aPlan().services.auth, tables: [aTable('users', ['email'], { columns: [] })] } },
    });
    const { code, stderr, json } = await run([main, 'check', '--json'], folder).ended;
    assert.equal(code, 2);
    assert.match(stderr, /the plan has 3 errors/);
    assert.deepEqual(
      json().error.problems.map(({ path }: { path: string }) => path),
      ['name', 'control.port', 'services.auth.tables[0].columns'],
    );
  });

  test('says where it looked for a plan', async () => {
    const { code, stderr } = await run([main, 'check'], root).ended;
    assert.equal(code, 2);
    assert.ok(stderr.includes(`at: ${root}`), stderr);
  });
});

describe('banyan init', () => {
  test('writes a plan that is right by its form, and never over another', async () => {
    const folder = join(root, 'a new shop');
    mkdirSync(folder);
    const written = await run([main, 'init'], folder).ended;
    assert.equal(written.code, 0, written.stderr);
    const checked = await run([main, 'check', '--offline', '--json'], folder).ended;
    assert.equal(checked.code, 0, checked.stderr);
    assert.deepEqual(checked.json().warnings, []);
    const again = await run([main, 'init'], folder).ended;
    assert.equal(again.code, 2);
    assert.match(again.stderr, /is there already\n {2}hint: /);
  });
});
