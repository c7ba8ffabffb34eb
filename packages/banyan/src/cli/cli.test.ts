import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { aPlan } from '@banyan/plan/testing';
import { aShop, root } from '../testing/a-shop.ts';
import { MAIN as main, run, writePlan } from '../testing/run-cli.ts';
import { createProgram } from './program.ts';

describe('banyan', { concurrency: 3 }, () => {
  test('exits with 3 when no control plane is there, and says how to start it', async () => {
    const folder = join(root, 'down');
    writePlan(folder, 1);
    const { code, stderr } = await run([main, 'status'], folder).ended;
    assert.equal(code, 3);
    assert.match(
      stderr,
      /no control plane at http:\/\/127\.0\.0\.1:1 .*\n {2}hint: start it with `banyan up`/,
    );
  });

  test('exits with 3 when its token is not the right one', async (t) => {
    const { api } = await aShop(t);
    const folder = join(root, 'stranger');
    writePlan(folder, api.port);
    const { code, json } = await run([main, 'status', '--json'], folder).ended;
    assert.equal(code, 3);
    assert.equal(json().error.code, 'unauthorized');
    assert.match(json().error.hint, /BANYAN_TOKEN.*\.banyan\/token/);
  });

  test('shows its help, and tells a mistake, without loading what commands do their work with', async () => {
    const told = "process.on('exit', () => console.error(JSON.stringify(loaded)))";
    const hook = `import { registerHooks } from 'node:module'; const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) }); ${told}`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, main];
    for (const args of [['--help'], ['flags', '--help'], ['statsu']]) {
      const { stderr } = await run([...node, ...args], root).ended;
      const loaded: string[] = JSON.parse(stderr.trim().split('\n').at(-1)!);
      assert.ok(loaded.includes(pathToFileURL(main).href));
      const heavy =
        /node_modules\/(pg|typebox|undici)\/|\/(gateway|plan|postgres|replication|service)\/src\/index\.ts$/;
      assert.deepEqual(
        loaded.filter((url) => heavy.test(url)),
        [],
      );
    }
  });

  test('has help with examples for itself and every command', async (t) => {
    const { banyan } = await aShop(t);
    const help = await banyan('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes:/);
    const { commands } = createProgram();
    assert.equal(commands.length, 24);
    for (const command of commands) {
      let text = '';
      command.configureOutput({ writeOut: (chunk) => (text += chunk) }).outputHelp();
      assert.match(text, /Examples:\n {2}\$ banyan /, command.name());
      assert.match(text, /--json/);
      assert.match(text, /Exit codes:[\s\S]*refused by the state machine/, command.name());
      assert.ok(help.stdout.includes(`\n  ${command.name()} `), command.name());
    }
  });

  test('tells what to do when its folder beside the plan cannot be used', async () => {
    const [taken, odd] = [mkdtempSync(join(root, 'taken-')), mkdtempSync(join(root, 'odd-'))];
    for (const folder of [taken, odd]) writePlan(folder, 1);
    writeFileSync(join(taken, '.banyan'), '');
    mkdirSync(join(odd, '.banyan', 'token'), { recursive: true });
    for (const [folder, command] of [
      [taken, 'up'],
      [taken, 'status'],
      [odd, 'status'],
    ] as const) {
      const { code, stderr } = await run([main, command], folder).ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /error: (ENOTDIR|EISDIR).*\n {2}at: .*\.banyan.*\n {2}hint: the folder \.banyan /);
    }
  });

  test('whatever the machine is set to, it says the same', async () => {
    const folder = mkdtempSync(join(root, 'odd machine ü-'));
    writePlan(folder, 1);
    const odd = { TZ: 'Not/AZone', LC_ALL: 'tr_TR.UTF-8', TERM: 'dumb', COLUMNS: '20' };
    const { HOME: _, ...env } = process.env;
    const asked = spawnSync(process.execPath, [main, 'check', '--offline'], {
      cwd: folder,
      env: { ...env, ...odd },
    });
    assert.equal(asked.status, 0, String(asked.stderr));
    assert.match(String(asked.stdout), /banyan\.config\.ts is right: /);
    assert.equal(String(asked.stderr), '');
  });

  test('without a command shows its help, and so does one that only holds others', async (t) => {
    const { banyan } = await aShop(t);
    for (const args of [[], ['flags']]) {
      const { code, stdout, stderr } = await banyan(...args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^Usage: banyan/);
      assert.doesNotMatch(stderr, /outputHelp|error:/);
    }
  });

  test('tells nobody what Node would tell a developer', async () => {
    const folder = join(root, 'no package');
    mkdirSync(folder);
    writeFileSync(join(folder, 'banyan.config.ts'), `export default ${JSON.stringify(aPlan())};\n`);
    const { code, stderr } = await run([main, 'check', '--offline'], folder).ended;
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('takes an unknown command or option for a mistake, and suggests', async (t) => {
    const { banyan } = await aShop(t);
    const unknown = await banyan('stauts');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /unknown command 'stauts'\n {2}hint: .*status/);
    assert.equal((await banyan('advance')).code, 2);
    assert.equal((await banyan('status', '--jsno')).code, 2);
  });
});
