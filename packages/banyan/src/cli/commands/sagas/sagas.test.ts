import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defineSaga, type Sagas } from '@banyan/events';
import { createSagas } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Type } from 'typebox';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

let bankIsOpen = false;
const payment = defineSaga('payment', {
  input: Type.Object({ order: Type.Integer() }),
  compensating: { for: 0 },
  signals: { approved: Type.Object({ by: Type.String() }) },
  steps: (saga) =>
    saga
      .step('charge', {
        retries: 0,
        action: async () => {},
        compensation: async () => {
          if (!bankIsOpen) throw new Error('bank is closed');
        },
      })
      .wait('approval', {
        until: async (ctx) => {
          const { by } = (await ctx.signal('approved'))!;
          if (by === 'nobody') throw new Error('nobody may');
        },
      }),
});

describe('banyan sagas', () => {
  let url: string;
  let pool: pg.Pool;
  let sagas: Sagas<typeof payment>;
  before(async () => {
    url = await (await testServer()).database('payments');
    pool = createPool(url);
    const log = { debug() {}, warn() {}, error() {} };
    sagas = await createSagas({ service: 'payments', databaseUrl: url, pool, sagas: [payment], log });
  });
  after(async () => {
    await sagas.close();
    await pool.end();
  });

  /** The service runs in this process, the command line in another. */
  function banyan(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { FORCE_COLOR: _colour, ...rest } = process.env;
    const env = { ...rest, DATABASE_URL: url, USER: 'ann' };
    return new Promise((resolve) => {
      execFile(process.execPath, [main, 'sagas', ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  }

  async function until(id: string, state: string): Promise<void> {
    while ((await sagas.status(id)).state !== state) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  test('signals, shows, retries and lists while the service runs elsewhere', async () => {
    await sagas.start('payment', { order: 1 }, { id: 'p1' });
    const told = await banyan('signal', 'p1', 'approved', '{"by":"nobody"}');
    assert.deepEqual([told.code, told.stdout], [0, 'p1 has been told\n']);
    await until('p1', 'STUCK');
    const listed = JSON.parse((await banyan('list', '--state', 'stuck', '--json')).stdout);
    assert.deepEqual(
      listed.map((each: { id: string; state: string }) => [each.id, each.state]),
      [['p1', 'STUCK']],
    );
    const shown = (await banyan('show', 'p1')).stdout;
    assert.match(shown, /^p1 {2}STUCK/);
    assert.match(shown, /payment version 1 of payments/);
    assert.match(shown, /undo charge +failed +1 attempt +.*error: bank is closed/);
    assert.match(shown, /banyan sagas retry p1/);
    bankIsOpen = true;
    assert.equal((await banyan('retry', 'p1', '--note', 'open again', '--who', 'ann')).code, 0);
    await until('p1', 'FAILED');
    assert.match((await banyan('show', 'p1')).stdout, /charge by ann at .*: open again/);
    assert.match((await banyan('list')).stdout, /p1 +payment +FAILED/);
    const again = await banyan('retry', 'p1');
    assert.equal(again.code, 4);
    assert.match(again.stderr, /not stuck: p1 is FAILED\n {2}hint: nothing is left/);
  });

  test('resolves with a note, and not without', async () => {
    bankIsOpen = false;
    await sagas.start('payment', { order: 2 }, { id: 'p2' });
    await sagas.signal('p2', 'approved', { by: 'nobody' });
    await until('p2', 'STUCK');
    const refused = await banyan('resolve', 'p2');
    assert.deepEqual([refused.code, /hint: banyan sagas resolve p2 --note/.test(refused.stderr)], [2, true]);
    assert.equal((await banyan('resolve', 'p2', '--note', 'paid back by hand')).code, 0);
    await until('p2', 'FAILED');
  });

  test('retries all that are stuck, and cancels with a note', async () => {
    bankIsOpen = false;
    for (const id of ['p3', 'p4']) {
      await sagas.start('payment', { order: 3 }, { id });
      await sagas.signal(id, 'approved', { by: 'nobody' });
      await until(id, 'STUCK');
    }
    bankIsOpen = true;
    assert.equal((await banyan('retry', '--name', 'other')).stdout, 'there is none to be retried\n');
    assert.equal((await banyan('retry', 'p3', '--all')).code, 2);
    const { ids } = JSON.parse((await banyan('retry', '--all', '--json')).stdout);
    assert.deepEqual(ids.toSorted(), ['p3', 'p4']);
    for (const id of ids) await until(id, 'FAILED');
    await sagas.start('payment', { order: 5 }, { id: 'p5' });
    assert.equal((await banyan('cancel', 'p5')).code, 2);
    assert.equal((await banyan('cancel', 'p5', '--note', 'customer has gone', '--who', 'ann')).code, 0);
    await until('p5', 'FAILED');
    assert.match((await banyan('show', 'p5')).stdout, /cancelled by ann: customer has gone/);
  });

  test('says what is wrong and how to fix it', async () => {
    const none = await (await testServer()).database('empty');
    const [unknown, notJson, nowhere, empty, help] = await Promise.all([
      banyan('show', 'nothing'),
      banyan('signal', 'p1', 'approved', '{by'),
      banyan('list', '--database', 'postgresql://127.0.0.1:1/x', '--json'),
      banyan('list', '--database', none),
      banyan('--help'),
    ]);
    assert.deepEqual([unknown.code, /hint: banyan sagas list/.test(unknown.stderr)], [2, true]);
    assert.match(notJson.stderr, /not JSON/);
    assert.equal(nowhere.code, 3);
    assert.equal(JSON.parse(nowhere.stdout).error.code, 'database');
    assert.match(empty.stderr, /no sagas.*\n {2}hint: give the database of a service that runs sagas/);
    assert.match(help.stdout, /banyan sagas list --state STUCK/);
  });
});
