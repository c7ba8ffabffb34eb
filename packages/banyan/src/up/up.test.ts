import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { aPlan } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { freePort } from '@banyan/postgres/free-port';
import { isAlive, waitForExit } from '@banyan/postgres/process';
import { testServer } from '@banyan/postgres/testing';
import { applyControlSchema } from '../control/store/store.ts';
import { MAIN, run } from '../testing/run-cli.ts';

/** Ends a start or a stop of three processes that hangs, ms. */
const PATIENCE_MS = 300_000;

const root = mkdtempSync(join(tmpdir(), 'banyan up ünd 100 % '));
let folders = 0;
let control: string;
let services: Record<string, object>;

before(async () => {
  const server = await testServer();
  control = await server.database('control');
  const [monolith, service] = [await server.database('shop'), await server.database('auth')];
  const auth = aPlan().services.auth!;
  const routes = auth.routes.map((route) => ({ ...route, writes: [] }));
  services = { auth: { ...auth, database: service, tables: [], routes } };
  plan.monolith.database = monolith;
});
after(() => rmSync(root, { recursive: true, force: true }));

const plan = aPlan();

/** A folder with a plan of one service without tables, and ports that were free a moment ago. */
async function aFolder(
  change: { monolith?: object; services?: object; control?: object; gateway?: object } = {},
) {
  const folder = join(root, `shop ${++folders}`);
  mkdirSync(folder, { recursive: true });
  const whole = {
    ...plan,
    services: change.services ?? services,
    monolith: change.monolith ?? plan.monolith,
    control: { database: control, port: await freePort(), ...change.control },
    gateway: {
      ...plan.gateway,
      workers: 1,
      port: await freePort(),
      adminPort: await freePort(),
      ...change.gateway,
    },
  };
  writeFileSync(join(folder, 'banyan.config.ts'), `export default ${JSON.stringify(whole)};\n`);
  return { folder, plan: whole };
}

type Up = {
  child: ChildProcess;
  said: () => string;
  seen: (text: RegExp) => Promise<RegExpExecArray>;
  ended: Promise<number | null>;
};

/** `banyan up` in a folder, by whatever starts it. */
function up(folder: string, command = [process.execPath, MAIN, 'up'], env: Record<string, string> = {}): Up {
  const { npm_command: _npm, ...own } = process.env;
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    said: () => text,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (found) resolve(found);
        };
        look();
        for (const stream of [child.stdout!, child.stderr!]) stream.on('data', look);
        void ended.then(() => reject(new Error(`ended without ${pattern}: ${text}`)));
      }),
  };
}

/** Every process that `banyan up` has noted for whoever comes after it. */
function childrenOf(folder: string): number[] {
  const noted = JSON.parse(readFileSync(join(folder, '.banyan', 'up', 'children.json'), 'utf8'));
  return (noted as { pid: number }[]).map(({ pid }) => pid);
}

function childOf(folder: string, name: string): number | undefined {
  const noted = JSON.parse(readFileSync(join(folder, '.banyan', 'up', 'children.json'), 'utf8'));
  return (noted as { name: string; pid: number }[]).find((one) => one.name === name)?.pid;
}

/** Asks it to stop; when it has, nothing that it started is there any more. */
async function leavesNothing({ child, said }: Up, folder: string, signal: NodeJS.Signals): Promise<void> {
  const children = childrenOf(folder);
  assert.equal(children.length, 3);
  const ended = once(child, 'exit');
  child.kill(signal);
  assert.deepEqual(await ended, [0, null], said());
  await allEnd(children);
  assert.ok(!existsSync(join(folder, '.banyan', 'up', 'children.json')));
}

async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (holds(found)) return found;
    await pause(50);
  }
}

async function allEnd(pids: number[]): Promise<void> {
  for (const pid of pids) assert.equal(await waitForExit(pid, PATIENCE_MS), true, `${pid} still runs`);
}

describe('banyan up that cannot start says why on the terminal, at once', {
  timeout: 2 * PATIENCE_MS,
}, () => {
  test('when ports are taken: all of them, by their names in the plan', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const { folder } = await aFolder({ gateway: { port }, control: { port: 1 } });
    const started = up(folder);
    assert.equal(await started.ended, 1);
    squatter.close();
    assert.match(
      started.said(),
      new RegExp(
        `the gateway cannot listen on 127\\.0\\.0\\.1:${port} \\(gateway\\.port of the plan\\): the port is in use`,
      ),
    );
    assert.match(started.said(), /\n {2}hint: /);
    assert.ok(!existsSync(join(folder, '.banyan', 'logs')), 'nothing was started');
  });

  test('when its control database is not there', async () => {
    const { folder } = await aFolder({ control: { database: 'postgres://127.0.0.1:1/nowhere' } });
    const started = up(folder);
    assert.equal(await started.ended, 1);
    assert.match(
      started.said(),
      /error: the control database does not let us in: .*ECONNREFUSED.*\n {2}hint: /,
    );
  });

  test('when its role may not even read there, or may not write, with the words of PostgreSQL and the log', async () => {
    const pool = createPool(control, { max: 1 });
    await applyControlSchema(pool);
    await pool.query("CREATE ROLE reader LOGIN PASSWORD 'reader'");
    const url = new URL(control);
    [url.username, url.password] = ['reader', 'reader'];
    const { folder } = await aFolder({ control: { database: url.href } });
    const blind = up(folder);
    assert.equal(await blind.ended, 1);
    assert.match(
      blind.said(),
      /error: the control database does not say where .*: permission denied for .*\n {2}hint: banyan check/,
    );
    await pool.query(
      'GRANT USAGE ON SCHEMA control TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA control TO reader',
    );
    await pool.end();
    const started = up(folder);
    assert.equal(await started.ended, 1);
    assert.match(
      started.said(),
      /error: the applier did not start: permission denied for .*\n {2}at: .*applier\.log\n {2}hint: banyan check/,
    );
  });
});

describe('banyan up', { timeout: 4 * PATIENCE_MS }, () => {
  test('that is stopped while it starts, at whatever moment, leaves nothing behind', async () => {
    for (const name of ['applier', 'controller', 'gateway']) {
      const { folder } = await aFolder();
      const started = up(folder, undefined, { NODE_COMPILE_CACHE: '' });
      const begun = () => existsSync(join(folder, '.banyan', 'up', 'children.json')) && childOf(folder, name);
      const pid = await until(async () => begun(), Boolean);
      const children = childrenOf(folder);
      started.child.kill('SIGTERM');
      assert.equal(await started.ended, 0, started.said());
      assert.doesNotMatch(started.said(), /error/i);
      await allEnd([...children, pid as number]);
      assert.ok(!existsSync(join(folder, '.banyan', 'up', 'children.json')));
      // By then the applier and the controller have loaded all that they are.
      if (name === 'gateway')
        assert.ok(existsSync(join(folder, '.banyan', 'compiled')), 'the next start compiles all again');
    }
  });

  test('a second one for the same plan, or the same control database, is told at once who runs; Ctrl-C leaves nothing of the first', async () => {
    const { folder } = await aFolder();
    const first = up(folder);
    await first.seen(/Banyan is up/);
    const second = up(folder);
    assert.equal(await second.ended, 1);
    assert.match(
      second.said(),
      new RegExp(`banyan up runs for this plan already: process ${first.child.pid}\\n`),
    );
    const elsewhere = up((await aFolder()).folder);
    assert.equal(await elsewhere.ended, 1);
    assert.match(
      elsewhere.said(),
      new RegExp(`another banyan up works on this control database: process ${first.child.pid} on `),
    );
    assert.equal(isAlive(first.child.pid!), true);
    await leavesNothing(first, folder, 'SIGINT');
  });

  test('goes on when nobody reads what it says any more; the end of its terminal leaves nothing of it', async () => {
    const { folder } = await aFolder();
    const started = up(folder);
    await started.seen(/Banyan is up/);
    started.child.stdout!.destroy();
    started.child.stderr!.destroy();
    const before = childrenOf(folder);
    // It has something to say about this.
    process.kill(before[1]!, 'SIGKILL');
    await until(
      async () => childrenOf(folder),
      (now) => now.length === 3 && now.some((pid) => !before.includes(pid)),
    );
    assert.equal(isAlive(started.child.pid!), true);
    await leavesNothing(started, folder, 'SIGHUP');
  });

  test('whose control database goes away says so, and so does every command, until it is back; with another one it is refused, with whose its databases are', async () => {
    const server = await testServer();
    const [away, other] = [await server.database('away'), createPool(control, { max: 1 })];
    const name = new URL(away).pathname.slice(1);
    // The shared ones carry the mark of the shared control database.
    const own = {
      monolith: { ...plan.monolith, database: await server.database('away_shop') },
      services: { auth: { ...services.auth, database: await server.database('away_auth') } },
    };
    const { folder } = await aFolder({ ...own, control: { database: away } });
    const first = up(folder);
    await first.seen(/Banyan is up/);
    await other.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await other.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await first.seen(/the controller died \(database ".*" is not currently accepting connections\)/);
    const told = await until(
      () => run([MAIN, 'status'], folder).ended,
      ({ stderr }) => !/being started/.test(stderr),
    );
    assert.equal(told.code, 3);
    assert.match(
      told.stderr,
      /error: banyan up runs, but its control plane ends again and again: .*database ".*" is not currently accepting/,
    );
    assert.match(told.stderr, /hint: fix that, it is started again by itself; its log is .*controller\.log/);
    await other.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await other.end();
    await until(
      () => run([MAIN, 'status'], folder).ended,
      ({ code }) => code === 0,
    );
    first.child.kill('SIGTERM');
    assert.equal(await first.ended, 0);
    const stopped = await run([MAIN, 'status'], folder).ended;
    assert.match(stopped.stderr, /no control plane at .*\n {2}hint: start it with `banyan up`/);

    const change = { ...own, control: { database: await server.database('control') } };
    const { folder: elsewhere } = await aFolder(change);
    const second = up(elsewhere);
    assert.equal(await second.ended, 1);
    assert.match(
      second.said(),
      /is worked on by the system 'shop' with another control database .*\n {2}hint: go on with that.*DELETE FROM banyan\.mark/,
    );
    assert.ok(!existsSync(join(elsewhere, '.banyan', 'logs')), 'nothing was started');
  });

  test('runs by the plan that it has read, whatever becomes of the file, and status says that the file differs; a stop leaves nothing of it', async () => {
    const { folder, plan: whole } = await aFolder();
    const file = join(folder, 'banyan.config.ts');
    const started = up(folder);
    await started.seen(/Banyan is up/);
    const status = async () => (await run([MAIN, 'status', '--json'], folder).ended).json();
    assert.deepEqual((await status()).planDiffers, []);
    const url = 'http://127.0.0.1:2';
    const changed = { ...whole, services: { auth: { ...services.auth, url, rollout: { minRequests: 7 } } } };
    writeFileSync(file, `export default ${JSON.stringify(changed)};\n`);
    assert.deepEqual((await status()).planDiffers, ['services.auth']);
    const told = await run([MAIN, 'status'], folder).ended;
    assert.match(
      told.stdout,
      /plan +the file has changed since banyan up was started: services\.auth; it runs by/,
    );

    writeFileSync(file, 'export default {{{;\n');
    for (const name of ['applier', 'controller', 'gateway']) {
      const restarts = started.said().split('starting it again').length;
      process.kill(childOf(folder, name)!, 'SIGKILL');
      await until(
        async () => started.said().split('starting it again').length,
        (now) => now === restarts + 1,
      );
    }
    writeFileSync(file, `export default ${JSON.stringify(whole)};\n`);
    const back = await until(
      () => run([MAIN, 'status', '--json'], folder).ended,
      ({ code }) => code === 0,
    );
    assert.deepEqual(back.json().planDiffers, []);
    await until(
      async () =>
        (await (
          await fetch(`http://127.0.0.1:${whole.gateway.adminPort}/healthz`).catch(() => null)
        )?.text()) ?? '',
      (text) => text !== '',
    );
    assert.equal(started.said().split('starting it again').length, 4, started.said());
    await leavesNothing(started, folder, 'SIGTERM');
  });

  test('that is killed with -9 takes its children with it, and the next one starts', async () => {
    const { folder } = await aFolder();
    const killed = up(folder);
    await killed.seen(/Banyan is up/);
    const children = childrenOf(folder);
    // One that is stuck does not notice, and is helped by the next start.
    process.kill(children[1]!, 'SIGSTOP');
    killed.child.kill('SIGKILL');
    await killed.ended;
    const next = up(folder);
    await next.seen(new RegExp(`the last run here was killed; ending what it left: .*${children[1]}`));
    await next.seen(/Banyan is up/);
    await allEnd(children);
    next.child.kill('SIGTERM');
    assert.equal(await next.ended, 0, next.said());
  });

  test('that npm has started ends with npm, whether npm is asked to stop or killed with -9', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { folder } = await aFolder();
      // What npm does: a shell of its own between it and the command, and a name by which it is known.
      const npm = join(folder, 'npm');
      writeFileSync(npm, `#!/bin/sh\nsh -c '"${process.execPath}" "${MAIN}" up; exit' &\nwait\n`);
      chmodSync(npm, 0o755);
      const started = up(folder, [npm], { npm_command: 'exec' });
      await started.seen(/Banyan is up/);
      const children = childrenOf(folder);
      started.child.kill(signal);
      await allEnd(children);
      await started.ended; // the output closes only when the last one who could write to it has ended
    }
  });
});
