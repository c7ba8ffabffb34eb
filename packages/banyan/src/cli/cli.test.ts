import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { serveApi } from '../api/server.ts';
import { ensureToken } from '../api/token.ts';
import { FakeControl } from '../testing/fake-control.ts';
import { aPlan, aTable } from '../testing/plans.ts';
import { MAIN as main, run, writePlan } from '../testing/run-cli.ts';
import { createProgram } from './program.ts';

const root = mkdtempSync(join(tmpdir(), 'banyan-cli-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a plan, a control plane in memory behind a real API, and the command line run in that folder. */
async function aShop(t: TestContext) {
  const fake = new FakeControl();
  const folder = mkdtempSync(join(root, 'shop-'));
  const api = await serveApi(fake, { host: '127.0.0.1', port: 0, token: ensureToken(folder) });
  t.after(() => api.close());
  writePlan(folder, api.port);
  const start = (...args: string[]) => run([main, ...args], folder);
  return { fake, api, folder, start, banyan: (...args: string[]) => start(...args).ended };
}

/** Resolves when the process has written what matches. */
function seen(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child[stream]!.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without ${pattern}: ${text}`)));
  });
}

describe('banyan status', { concurrency: 3 }, () => {
  test('shows every service, without colours when nobody looks', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'canary';
    fake.services.auth!.share = 1_000;
    fake.services.auth!.target = { stage: 'canary', share: 1_000 };
    const { code, stdout } = await banyan('status');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^shop {2}route table 12, 2 gateway workers\n {2}databases {2}.*\n\nauth {2}canary 10% /,
    );
    assert.match(
      stdout,
      /service +96 requests \(1 failed; 1 of them in the last 12 s; 1 status 500; 1 rescued\), p95 5 ms/,
    );
    assert.match(stdout, /keys +1 of 61 seen fall into 10%/);
    assert.ok(!stdout.includes('\u001b'), stdout);
  });

  test('sums up what lies in the databases; asked for it, names it with the statement that removes a leftover', async (t) => {
    const { fake, banyan } = await aShop(t);
    assert.match(
      (await banyan('status')).stdout,
      /\n {2}databases {2}8 things of ours in use, no leftovers \(\d+ \w+ ago\)\n/,
    );
    const { stdout } = await banyan('status', 'auth');
    assert.match(stdout, /slot +banyan_auth_forward +auth +by copying +used\n/);
    assert.match(stdout, /1 leftover.*\n.*services\.users\.database was not looked into: ECONNREFUSED/);
    assert.match(stdout, /\n {4}-- in monolith\.database:\n {4}DROP PUBLICATION "banyan_auth_reverse";\n/);
    assert.doesNotMatch(stdout, /\nusers /);
    assert.deepEqual(fake.calls.at(-1), ['databases', 'auth']);
    assert.equal((await banyan('status', '--databases', '--json')).json().databases.things.length, 2);
    const unknown = await banyan('status', 'auht');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /auht/);
  });

  test('names what is unwell, a share without keys, p95 that is no number, and why it went back', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { auth } = fake.services;
    Object.assign(auth!, { stage: 'canary', share: 100, target: { stage: 'canary', share: 100 } });
    auth!.reason = '12 of 12 requests failed on the service';
    auth!.findings = ['no request of GET /me carried its key'];
    auth!.unwell = [{ url: 'http://10.0.0.7:4001', why: 'GET /health/ready answers 404', workers: 2, of: 2 }];
    Object.assign(auth!.evidence, {
      keys: { seen: 61, inShare: 0 },
      p95Ms: { monolith: null, service: 10_000 },
      p95Over: { monolith: false, service: true },
      refused: 2,
    });
    const { stdout } = await banyan('status');
    assert.match(stdout, /why +12 of 12 requests failed on the service/);
    assert.match(
      stdout,
      /instance +http:\/\/10\.0\.0\.7:4001 unwell: GET \/health\/ready answers 404 \(say 2 of 2 gateway workers\)/,
    );
    assert.match(stdout, /finding +no request of GET \/me carried its key/);
    assert.match(stdout, /keys +no key of 61 seen falls into 1%/);
    assert.match(stdout, /service .*p95 over 10,000 ms/);
    assert.match(stdout, /monolith .*p95 of no requests/);
    assert.match(stdout, /refused +2 writes of the monolith by the write lock/);
  });

  test('--json prints exactly what the control plane says', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json, stderr } = await banyan('status', '--json');
    assert.equal(code, 0);
    assert.deepEqual(json(), await new FakeControl().status());
    assert.equal(stderr, '');
  });

  test('--watch goes on until Ctrl-C, which exits with 130', async (t) => {
    const { start } = await aShop(t);
    const { child, ended } = start('status', '--watch', '--json');
    await seen(child, 'stdout', /\n.*\n/);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    for (const line of stdout.trim().split('\n')) assert.equal(JSON.parse(line).system, 'shop');
  });
});

describe('banyan plan', { concurrency: 3 }, () => {
  test('lists the steps and the price of going back', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('plan', 'auth', '--to', '10%');
    assert.equal(code, 0);
    assert.match(stdout, /auth: 2 steps, nothing is done yet/);
    assert.match(stdout, /2 +copying → canary 10% +fence +lossy; users\.preferences/);
    assert.deepEqual(fake.calls, [['plan', 'auth', { stage: 'canary', share: 1_000 }]]);
  });

  test('covers every service when none is named', async (t) => {
    const { banyan } = await aShop(t);
    const { json } = await banyan('plan', '--json');
    assert.deepEqual(Object.keys(json()), ['auth', 'users']);
  });

  test('refuses a target that is none with 2, before anything is asked', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stderr } = await banyan('plan', '--to', '200%');
    assert.equal(code, 2);
    assert.match(stderr, /'200%' is no share\n {2}mend: give a share from 0\.01% to 100%/);
    assert.deepEqual(fake.calls, []);
  });
});

describe('banyan advance', { concurrency: 3 }, () => {
  test('waits until the service is there, and says what happened on the way', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout, stderr } = await banyan('advance', 'auth', '--to', 'shadowing');
    assert.equal(code, 0);
    assert.equal(stdout, 'auth is at shadowing; going back: lossless\n');
    assert.match(stderr, /auth copying: \d+%, [\d,]+ of 20,000 rows, 10,000 rows\/s, [\d.]+ s left/);
    assert.match(stderr, /auth: copying → shadowing \(20,000 rows copied\)/);
  });

  test('--json keeps standard output to one document', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, json } = await banyan('advance', 'auth', '--to', '25%', '--force', '--json');
    assert.equal(code, 0);
    assert.deepEqual(
      [json().outcome, json().status.stage, json().status.share],
      ['reached', 'canary', 2_500],
    );
    assert.deepEqual(fake.calls, [['advance', 'auth', { stage: 'canary', share: 2_500 }, { force: true }]]);
  });

  test('--no-wait returns at once', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json } = await banyan('advance', 'auth', '--no-wait', '--json');
    assert.equal(code, 0);
    assert.deepEqual([json().outcome, json().status.stage], ['accepted', 'monolith']);
  });

  test('exits with 1 when the rollout is paused, and says why and how to go on', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.onTick = ({ auth }) => {
      if (auth!.stage === 'shadowing') auth!.paused = '3 of 50 answers differ';
    };
    const { code, stdout } = await banyan('advance', 'auth', '--to', '10%');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /auth is paused at shadowing: 3 of 50 answers differ\n.*banyan resume auth .*banyan rollback auth/,
    );
  });

  test('exits with 1 when the service was turned back', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.onTick = ({ auth }) => {
      if (auth!.stage !== 'canary') return;
      auth!.target = { stage: 'monolith', share: 0 };
      auth!.message = '12 % of requests failed';
    };
    const { code, json } = await banyan('advance', 'auth', '--to', '10%', '--json');
    assert.equal(code, 1);
    assert.equal(json().outcome, 'turned');
    assert.equal(json().status.message, '12 % of requests failed');
  });

  test('exits with 4 when the state machine refuses', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'retired';
    const { code, stderr } = await banyan('advance', 'auth');
    assert.equal(code, 4);
    assert.equal(stderr, "error: 'auth' is retired\n  mend: there is no way back\n");
  });

  test('goes on waiting while the control plane is away for a moment', async (t) => {
    const { fake, banyan } = await aShop(t);
    let ticks = 0;
    fake.onTick = () => {
      if (++ticks === 1) throw new Error('its database is being started again');
    };
    const { code, stderr } = await banyan('advance', 'auth', '--to', 'copying');
    assert.equal(code, 0, stderr);
  });

  test('Ctrl-C exits with 130 and says that the rollout goes on', async (t) => {
    const { fake, start } = await aShop(t);
    fake.onTick = ({ auth }) => {
      auth!.stage = 'copying';
    };
    fake.services.auth!.links[0]!.rowsTotal = 1e9;
    const { child, ended } = start('advance', 'auth', '--to', 'migrated');
    await seen(child, 'stderr', /auth copying/);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /interrupted\n {2}mend: auth goes on to migrated/);
  });
});

describe('banyan pause and resume', { concurrency: 3 }, () => {
  test('keep a service where it is until it is told to go on', async (t) => {
    const { fake, banyan } = await aShop(t);
    const paused = await banyan('pause', 'auth', '--reason', 'sale until Sunday');
    assert.deepEqual([paused.code, paused.stdout], [0, 'auth is paused at monolith: sale until Sunday\n']);
    assert.match((await banyan('status')).stdout, /paused +sale until Sunday/);
    const resumed = await banyan('resume', 'auth', '--no-wait', '--json');
    assert.equal(resumed.json().status.paused, null);
    assert.deepEqual(fake.calls, [
      ['pause', 'auth', 'sale until Sunday'],
      ['resume', 'auth'],
    ]);
    const again = await banyan('resume', 'auth');
    assert.equal(again.code, 4);
    assert.match(again.stderr, /'auth' is not paused/);
  });
});

describe('banyan failures', { concurrency: 3 }, () => {
  test('lists when, where and why requests failed, of a service or of no route of the plan', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('failures', 'auth');
    assert.equal(code, 0);
    assert.match(stdout, /2026-01-02 03:04:05Z {2}service {2}GET +unhealthy instance {2}GET \/users\/me/);
    assert.match((await banyan('failures', '--limit', '3')).stdout, /\(unmatched\)/);
    assert.deepEqual(fake.calls, [
      ['failures', 'auth', 20],
      ['failures', null, 3],
    ]);
  });
});

describe('banyan rollback', { concurrency: 3 }, () => {
  test('brings the service back and keeps the reason', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'canary';
    const { code, stdout } = await banyan('rollback', 'auth', '--reason', 'too slow');
    assert.equal(code, 0);
    assert.equal(stdout, 'auth is at the monolith\n');
    assert.deepEqual(fake.calls, [['rollback', 'auth', 'too slow']]);
  });

  test('of a service that does not exist exits with 2 and names those that do', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json, stderr } = await banyan('rollback', 'ghost', '--json');
    assert.equal(code, 2);
    assert.equal(json().error.code, 'no_such_service');
    assert.match(stderr, /known services: auth, users/);
    assert.match((await banyan('rollback', 'user')).stderr, /mend: did you mean 'users'\?/);
  });
});

describe('banyan verify', { concurrency: 3 }, () => {
  test('exits with 0 when every table is consistent', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout, stderr } = await banyan('verify', 'auth');
    assert.equal(code, 0);
    assert.match(stdout, /public\.users {2}CONSISTENT {2}20,000 rows/);
    assert.match(stderr, /auth verify: \d+%, [\d,]+ of 20,000 rows/);
  });

  test('exits with 1 when rows differ, shows some and the mend', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.verdict = 'INCONSISTENT';
    const { code, stdout } = await banyan('verify', 'auth');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /INCONSISTENT {2}20,000 rows \(3 differ\)\npublic\.users, for example:\n {2}\{"key":\["7"\]\}\nmend: banyan verify auth --repair/,
    );
  });

  test('exits with 1 when no row was compared, and claims nothing', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.rows = 0;
    const { code, stdout, stderr } = await banyan('verify', 'auth');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /no row on either side\nno row was compared, which proves nothing: put rows in, then banyan verify auth/,
    );
    assert.doesNotMatch(stdout + stderr, /\b0 of 0\b|\b0 rows\b|100%/);
  });

  test('--repair asks for repair, --json prints the run', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { json } = await banyan('verify', 'users', '--repair', '--json');
    assert.deepEqual(fake.calls, [['verify', 'users', true]]);
    assert.deepEqual([json().state, json().rowsDone], ['done', 20_000]);
  });
});

describe('banyan retire', { concurrency: 3 }, () => {
  test('without --yes and with nobody to ask does nothing', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stderr } = await banyan('retire', 'auth');
    assert.equal(code, 2);
    assert.match(stderr, /mend: add --yes/);
    assert.deepEqual(fake.calls, []);
  });

  test('--yes retires a migrated service', async (t) => {
    const { fake, banyan } = await aShop(t);
    fake.services.auth!.stage = 'migrated';
    const { code, stdout } = await banyan('retire', 'auth', '--yes');
    assert.equal(code, 0);
    assert.match(stdout, /auth is retired; there is no way back/);
  });

  test('is refused with 4 before the service is migrated', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stderr } = await banyan('retire', 'auth', '--yes');
    assert.equal(code, 4);
    assert.doesNotMatch(stderr, /^\s*retired/m, 'nobody is told that it is done');
  });
});

describe('banyan steps and mismatches', { concurrency: 3 }, () => {
  test('steps are listed with outcome, fence and reason', async (t) => {
    const { fake, banyan } = await aShop(t);
    const { code, stdout } = await banyan('steps', 'auth', '--limit', '2');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /2026-01-02 03:04:05Z {2}auth +shadowing → canary 1% +failed +0 s +2,000 ms\n {4}the barrier/,
    );
    assert.deepEqual(fake.calls, [['steps', 'auth', 2]]);
  });

  test('mismatches are listed with their differences and a curl command', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stdout } = await banyan('mismatches', 'auth');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /#3 {2}GET \/users\/me .* 1 difference\n {2}\/full_name: monolith "Ann Lee", service "Ann {2}Lee"\n {2}curl/,
    );
  });

  test('--json prints the records', async (t) => {
    const { banyan } = await aShop(t);
    assert.equal((await banyan('steps', '--json')).json().length, 2);
    assert.equal((await banyan('mismatches', 'auth', '--json')).json()[0].id, 3);
  });

  test('a limit that is none is a mistake', async (t) => {
    const { banyan } = await aShop(t);
    const { code, stderr } = await banyan('steps', '--limit', 'many');
    assert.equal(code, 2);
    assert.match(stderr, /whole number from 1 to 1000/);
  });
});

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
      /not ready\n {2}monolith\.database\n {4}The database does not answer: .*ECONNREFUSED.*\n {4}mend: /,
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
    assert.match(again.stderr, /is there already\n {2}mend: /);
  });
});

describe('banyan', { concurrency: 3 }, () => {
  test('exits with 3 when no control plane is there, and says how to start it', async () => {
    const folder = join(root, 'down');
    writePlan(folder, 1);
    const { code, stderr } = await run([main, 'status'], folder).ended;
    assert.equal(code, 3);
    assert.match(
      stderr,
      /no control plane at http:\/\/127\.0\.0\.1:1 .*\n {2}mend: start it with `banyan up`/,
    );
  });

  test('exits with 3 when its token is not the right one', async (t) => {
    const { api } = await aShop(t);
    const folder = join(root, 'stranger');
    writePlan(folder, api.port);
    const { code, json } = await run([main, 'status', '--json'], folder).ended;
    assert.equal(code, 3);
    assert.equal(json().error.code, 'unauthorized');
    assert.match(json().error.mend, /BANYAN_TOKEN.*\.banyan\/token/);
  });

  test('has help with examples for itself and every command', async (t) => {
    const { banyan } = await aShop(t);
    const help = await banyan('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes:/);
    const { commands } = createProgram();
    assert.equal(commands.length, 19);
    for (const command of commands) {
      let text = '';
      command.configureOutput({ writeOut: (chunk) => (text += chunk) }).outputHelp();
      assert.match(text, /Examples:\n {2}\$ banyan /, command.name());
      assert.match(text, /--json/);
      assert.ok(help.stdout.includes(`\n  ${command.name()} `), command.name());
    }
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
    assert.match(unknown.stderr, /unknown command 'stauts'\n {2}mend: .*status/);
    assert.equal((await banyan('advance')).code, 2);
    assert.equal((await banyan('status', '--jsno')).code, 2);
  });
});
