import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { aSigningKey, copySystem, SYSTEM, type SystemCopy } from '../testing/system-copy.ts';

/** What a monolith may have that the one of the system has not: names that need quotes, all kinds of types and keys. */
const SHOP = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.mood AS ENUM ('good', 'it''s "so"');
  CREATE TABLE shop.customers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
  CREATE TABLE shop."Orders" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES shop.customers,
    "shipTo" jsonb NOT NULL DEFAULT '{"a": "\\\\ \`\${x}"}',
    state varchar(10) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid')),
    mood shop.mood,
    total numeric(10, 2) NOT NULL CHECK (total >= 0),
    gross numeric GENERATED ALWAYS AS (total * 1.19) STORED,
    tags text[] NOT NULL DEFAULT '{}',
    due date,
    "order" smallint,
    weight real,
    code char(3) UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    note text
  );
  CREATE INDEX ON shop."Orders" (customer_id) WHERE note IS NOT NULL;
  CREATE TABLE shop.order_lines (
    order_id bigint NOT NULL REFERENCES shop."Orders", line smallint NOT NULL, what text NOT NULL,
    PRIMARY KEY (order_id, line)
  );
  CREATE TABLE shop.discounts (code varchar(20) PRIMARY KEY, percent int NOT NULL CHECK (percent % 7 = 5));
  CREATE TABLE shop.keyless (a int);
  CREATE DOMAIN shop.zip AS text;
  CREATE TABLE shop.places (id int PRIMARY KEY, zip shop.zip)`;

/** What the monolith's clients see of it was written down before anybody thought of a service. */
const THERE_ALREADY = 'api/shop.ts';
const API_OF_SHOP = 'export const ORDERS_PER_PAGE = 20;\n';

const APPLICATIONS = 'applications,application_notes,application_timeline,documents';
let copy: SystemCopy;
let monolith: pg.Pool;
let env: Record<string, string>;

before(async () => {
  copy = copySystem();
  writeFileSync(join(copy.folder, THERE_ALREADY), API_OF_SHOP);
  const server = await testServer();
  const url = await server.database('monolith');
  monolith = createPool(url, { max: 1 });
  await monolith.query(readFileSync(join(SYSTEM, 'monolith', 'schema.sql'), 'utf8'));
  await monolith.query(SHOP);
  env = {
    CAREER_MONOLITH_DATABASE_URL: url,
    CAREER_AUTH_DATABASE_URL: await server.database('auth'),
    CAREER_USERS_DATABASE_URL: await server.database('users'),
    CAREER_APPLICATIONS_DATABASE_URL: await server.database('applications'),
    BANYAN_DATABASE_URL: await server.database('control'),
    CAREER_JWT_SECRET: 'the secret of the legacy system, long enough',
    CAREER_GATEWAY_KEY: aSigningKey(),
    // As it was before applications had left.
    CAREER_SERVICES: 'auth,users',
  };
});

after(async () => {
  await monolith?.end();
  copy.remove();
});

const banyan = (args: string[], more: Record<string, string> = {}) => copy.banyan(args, { ...env, ...more });
/** The plan with these services beside auth and users. */
const check = (...names: string[]) =>
  banyan(['check', '--offline'], {
    CAREER_SERVICES: ['auth', 'users', ...names].join(','),
    ...Object.fromEntries(names.map((name) => [variableOf(name), `postgres://127.0.0.1/${name}`])),
  });
const variableOf = (name: string) => `CAREER_${name.toUpperCase()}_DATABASE_URL`;
const takeOver = (name: string, ...how: string[]) => banyan(['new', 'service', name, '--takes', ...how]);

describe('a service that takes tables over', () => {
  const taken = {
    tracker: [APPLICATIONS],
    jobboard: ['jobs,companies'],
    shop: ['shop.Orders,shop.order_lines,shop.discounts'],
    archive: ['documents', '--offline'],
  };

  it('is written by what the monolith’s database says, or without it: either passes the type check and its own tests', async () => {
    for (const [name, how] of Object.entries(taken)) {
      const { code, stdout, stderr } = await takeOver(name, ...how);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`wrote services/${name}/extraction\\.ts`));
      assert.equal(stdout.includes('guessed rows of '), how.length === 1);
    }
    const types = await copy.checkTypes();
    assert.equal(types.code, 0, types.stdout);
    const tests = Object.keys(taken).map((name) => `services/${name}/routes.test.ts`);
    const tested = await copy.test(tests, env.CAREER_MONOLITH_DATABASE_URL);
    assert.equal(tested.code, 0, tested.stdout);
    assert.match(tested.stdout, /pass [1-9]\d/);
  });

  it('leaves what is written of its public API already as it is', () => {
    const files = copy.files();
    assert.equal(files.get(THERE_ALREADY), API_OF_SHOP);
    assert.match(files.get('api/shop-rows.ts')!, /export const OrdersRow/);
  });

  it('is in a plan that is right', async () => {
    const checked = await check('tracker', 'jobboard', 'shop');
    assert.equal(checked.code, 0, checked.stderr);
  });

  it('that was written without the monolith’s database is refused by the plan until a person has filled it in', async () => {
    const { code, stderr } = await check('archive');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /not filled in yet: the other columns of public\.documents, and whose its rows are\n {2}at: .*archive\/extraction\.ts:\d+:\d+\n {2}hint: /,
    );
  });

  it('has the columns and the owners that a person once wrote for the same tables', async () => {
    Object.assign(process.env, env, { CAREER_TRACKER_DATABASE_URL: 'postgres://127.0.0.1/tracker' });
    const tablesOf = async (name: string) => {
      const { default: entry } = await import(join(copy.folder, 'services', name, 'extraction.ts'));
      return entry.tables.filter(({ legacy }: { legacy: { table: string } }) =>
        APPLICATIONS.split(',').includes(legacy.table),
      );
    };
    assert.deepEqual(await tablesOf('tracker'), await tablesOf('applications'));
  });

  it('takes of rows that another service makes only the columns that this one has left to the monolith', async () => {
    const written = await banyan(['new', 'service', 'inbox', '--takes', 'notifications'], {
      CAREER_SERVICES: 'auth,users,applications',
    });
    assert.equal(written.code, 0, written.stderr);
    const text = readFileSync(join(copy.folder, 'services', 'inbox', 'extraction.ts'), 'utf8');
    assert.match(text, /applications makes and deletes these rows\.\s+rows: 'foreign'/);
    assert.match(text, /copy\("id", "is_read"\), copy\("user_id", .*\{ flow: 'forward' \}\)/);
    const checked = await check('applications', 'inbox');
    assert.equal(checked.code, 0, checked.stderr);
  });

  const refused: [what: string, tables: string, message: RegExp][] = [
    ['a table that the monolith does not have', 'invoices', /the monolith has no table public\.invoices/],
    ['a table without a primary key', 'shop.keyless', /no primary key/],
    ['a column of a type of the monolith’s own', 'shop.places', /column zip is of the type shop\.zip/],
    ['a table that is named twice', 'jobs,jobs', /no list of tables/],
    ['what is no name of a table', 'jobs;drop', /no list of tables/],
  ];
  for (const [what, tables, message] of refused)
    it(`is refused with the reason, and nothing is written: ${what}`, async () => {
      const before = copy.files();
      const { code, stderr } = await takeOver('refused', tables);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /hint: /);
      assert.deepEqual(copy.files(), before);
    });

  it('is refused where its name cannot be part of that of a replication slot', async () => {
    const { code, stderr } = await takeOver('job-board', 'jobs');
    assert.equal(code, 2);
    assert.match(stderr, /replication slots are named after it\n {2}hint: /);
  });

  it('is refused with what to do, where the monolith’s database does not answer', async () => {
    const { code, stderr } = await banyan(['new', 'service', 'refused', '--takes', 'jobs'], {
      CAREER_MONOLITH_DATABASE_URL: 'postgres://127.0.0.1:1/nowhere',
    });
    assert.equal(code, 2);
    assert.match(stderr, /the monolith's database does not tell .*ECONNREFUSED.*\n {2}hint: .*--offline/);
  });
});
