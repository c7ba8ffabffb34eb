import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type { Command } from 'commander';
import type pg from 'pg';
import { type Api, serveApi } from '../api/server.ts';
import { serviceToken } from '../api/service-token.ts';
import { ensureToken } from '../api/token.ts';
import { type FlagFeed, openFlagFeed } from '../settings/feed.ts';
import { createSettings } from '../settings/store.ts';
import { FakeControl } from '../testing/fake-control.ts';
import { MAIN, run, writePlan } from '../testing/run-cli.ts';
import { createProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan-settings-cli-'));
let pool: pg.Pool;
let feed: FlagFeed;
let api: Api;
let token: string;
const banyan = (...args: string[]) => run([MAIN, ...args], folder).ended;

before(async () => {
  const url = await (await testServer()).database('control');
  pool = createPool(url, { max: 4 });
  const store = await createSettings(pool);
  feed = await openFlagFeed({ pool, settings: store, url });
  token = ensureToken(folder);
  api = await serveApi(new FakeControl(), { host: '127.0.0.1', port: 0, token, settings: { store, feed } });
  writePlan(folder, api.port);
});

after(async () => {
  await api?.close();
  await feed?.close();
  await pool?.end();
  rmSync(folder, { recursive: true, force: true });
});

describe('banyan flags', () => {
  test('makes, changes, switches, shows and deletes a flag', async () => {
    const made = await banyan('flags', 'set', 'new-search', '--percent', 'on=10%', '--user', '42=on');
    assert.equal(made.code, 0, made.stderr);
    assert.match(
      made.stdout,
      /^new-search {2}on\n {2}gives +10% on, 1 by user id, off otherwise\n {2}user +42: on\n/,
    );

    const forUser = await banyan('flags', 'get', 'new-search', '--user', '42', '--json');
    assert.deepEqual(forUser.json(), {
      key: 'new-search',
      user: '42',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });

    assert.match(
      (await banyan('flags', 'off', 'new-search')).stdout,
      /^new-search {2}off\n {2}gives +off to everybody/,
    );
    const listed = await banyan('flags', 'list');
    assert.match(listed.stdout, /^FLAG .*\nnew-search {2}off +.* ago +off to everybody\n$/);
    const changed = await banyan(
      'flags',
      'set',
      'new-search',
      '--user',
      '42=',
      '--percent',
      'on=20',
      '--json',
    );
    assert.deepEqual(
      [changed.json().users, changed.json().split[0].percent, changed.json().on],
      [{}, 20, false],
    );
    assert.equal((await banyan('flags', 'on', 'new-search', '--json')).json().on, true);
    assert.equal((await banyan('flags', 'delete', 'new-search')).stdout, 'new-search is deleted\n');
    assert.match((await banyan('flags', 'list')).stdout, /no flag yet/);
  });

  test('takes variants of any one type', async () => {
    const size = await banyan(
      'flags',
      'set',
      'size',
      '--variant',
      'small=20',
      '--variant',
      'large=100',
      '--json',
    );
    assert.deepEqual([size.json().variants, size.json().default], [{ small: 20, large: 100 }, 'small']);
    const text = await banyan('flags', 'set', 'size', '--variant', 'small=20', '--type', 'string', '--json');
    assert.equal(text.code, 0, text.stderr);
    assert.deepEqual(text.json().variants, { small: '20' });
    await banyan('flags', 'delete', 'size');
  });

  test('refuses what is wrong with 2 and says how to fix it', async () => {
    for (const [args, said] of [
      [
        ['set', 'x', '--default', 'pink'],
        /default names the variant 'pink'.*\n {2}hint: name one of on, off/,
      ],
      [['set', 'x', '--percent', 'on=200%'], /no share of users\n {2}hint: give a percentage/],
      [['set', 'x', '--percent', 'on'], /<name>=<value>/],
      [['set', 'x', '--variant', 'a=1', '--type', 'boolean'], /no boolean/],
      [['set', 'Not Good'], /key .*\n {2}hint: /],
      [['on', 'nowhere'], /no flag 'nowhere'\n {2}hint: .*banyan flags set nowhere/],
      [['sett'], /unknown command 'sett'.*\n {2}hint: .*set/],
    ] as const) {
      const { code, stderr } = await banyan('flags', ...args);
      assert.deepEqual([code, said.test(stderr)], [2, true], `${args}: ${stderr}`);
    }
  });
});

describe('banyan config', () => {
  test('sets, lists, prints and unsets variables', async () => {
    assert.equal((await banyan('config', 'set', 'users', 'LOG_LEVEL', 'debug')).code, 0);
    assert.equal((await banyan('config', 'get', 'users', 'LOG_LEVEL')).stdout, 'debug\n');
    assert.match((await banyan('config', 'list')).stdout, /\nusers {4}LOG_LEVEL {2}.* ago +debug\n$/);
    assert.equal((await banyan('config', 'list', 'users', '--json')).json()[0].value, 'debug');
    assert.equal((await banyan('config', 'unset', 'users', 'LOG_LEVEL')).code, 0);
    assert.equal((await banyan('config', 'list')).stdout, 'nothing is set\n');
    assert.equal((await banyan('config', 'get', 'users', 'LOG_LEVEL')).code, 2);
  });

  test('refuses with 2 what nobody would ever read, and suggests', async () => {
    for (const args of [
      ['set', 'user', 'LOG_LEVEL', 'debug'],
      ['token', 'user'],
    ]) {
      const { code, stderr } = await banyan('config', ...args);
      assert.equal(code, 2);
      assert.match(stderr, /there is no service 'user' in the plan\n {2}hint: did you mean 'users'\?/);
    }
  });

  test('refuses a secret with 2 and does not repeat it', async () => {
    const { code, stderr } = await banyan('config', 'set', 'users', 'JWT_SECRET', 'hunter2');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /JWT_SECRET is a secret by its name.*\n {2}hint: set it in the environment of users/,
    );
    assert.doesNotMatch(stderr, /hunter2/);
  });

  test('prints the token that opens only what is for the service', async () => {
    const { stdout } = await banyan('config', 'token', 'users');
    assert.equal(stdout, `${serviceToken(token, 'users')}\n`);
    const { url } = (await banyan('config', 'token', 'users', '--json')).json();
    assert.equal(url, api.url);
  });
});

test('every command of flags and config has examples and --json in its help', () => {
  const groups = createProgram().commands.filter((each) => ['flags', 'config'].includes(each.name()));
  const held = groups.flatMap(({ commands }): readonly Command[] => commands);
  assert.equal(held.length, 11);
  for (const each of held) {
    let text = '';
    each.configureOutput({ writeOut: (chunk) => (text += chunk) }).outputHelp();
    assert.match(text, /Examples:\n {2}\$ .*banyan /, each.name());
    assert.match(text, /--json/);
  }
});
