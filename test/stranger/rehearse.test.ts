import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, createWriteStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createProgram, formatTold, tell } from '@banyan/banyan/cli';
import { loadPlan } from '@banyan/banyan/operate';
import { rehearseCommand } from '@banyan/harness/rehearse';
import { rehearse } from '../../packages/harness/src/rehearse/rehearse.ts';
import {
  countOf,
  type Databases,
  execute,
  makeDatabases,
  runScripts,
  sessionsIn,
  thingsIn,
} from './databases.ts';
import { cleanEnvironment } from './folder.ts';

/** A generous bound for a whole rehearsal on a busy machine, ms. */
const PATIENCE_MS = 900_000;
/** A generous bound for what notices the end of another process by looking, ms. */
const SETTLE_MS = 60_000;
const SHOP = join(import.meta.dirname, 'shop');
const BANYAN = resolve(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'banyan.js');
const SECRET = 'the secret of a shop that knows nothing of us';
/** To which a command listens until its process ends. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a test of the command needs no patience for: two stages a second. */
const QUICK = ['--rate', '60', '--hold', '1'];

let folder: string;
let databases: Databases;
let env: Record<string, string>;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'a shop (rehearsed) '));
  for (const file of ['banyan.config.ts', 'load.ts']) cpSync(join(SHOP, file), join(folder, file));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  databases = await makeDatabases(SHOP);
  env = {
    SHOP_URL: 'http://127.0.0.1:1',
    SHOP_DATABASE_URL: databases.shop.banyan,
    COMMENTS_URL: 'http://127.0.0.1:1',
    COMMENTS_DATABASE_URL: databases.comments.banyan,
    BANYAN_DATABASE_URL: databases.control.banyan,
    SHOP_SECRET: SECRET,
    GATEWAY_PORT: '8080',
    CONTROL_PORT: '7070',
    ADMIN_PORT: '7071',
  };
  const { stdout } = await banyan('check', '--sql', '--json');
  await runScripts(JSON.parse(stdout), databases);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a rehearsal on a copy of a shop that is not ours', { timeout: PATIENCE_MS }, () => {
  test('moves its service out and back under its own load, whoever else tries, and keeps what it made when it is told to', async () => {
    const before = await placed();
    const first = start('rehearse', ...copies(), ...started(), ...QUICK, '--keep');
    await first.said('comments: shadowing');
    const second = await banyan('rehearse', ...copies(), ...started(), ...QUICK);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /another rehearsal works with this control database/);
    const { code, stdout } = await first.ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^writes +[\d,]+ acknowledged, [\d,]+ found, 0 lost, 0 doubled$/m);
    assert.match(stdout, /^going back +lossless$/m);
    assert.match(stdout, /no request of the load was one of DELETE \/api\/comments\/:id/);
    const scripts = stdout.split(/^ {2}-- in (.*):$/m).slice(1);
    const places: Record<string, string> = {
      'monolith.database': databases.shop.admin,
      'services.comments.database': databases.comments.admin,
      'control.database': databases.control.admin,
    };
    assert.deepEqual(scripts.filter((_, index) => index % 2 === 0).sort(), Object.keys(places).sort());
    assert.ok((await countOf(databases.comments.admin, 'comments')) > 2_000);
    for (let i = 0; i < scripts.length; i += 2) await execute(places[scripts[i]!]!, scripts[i + 1]!);
    await findsOnly(before);
  });

  for (const moment of ['starting Banyan', 'comments: shadowing'])
    test(`ends at Ctrl-C while it says "${moment}", and leaves nothing behind`, async () => {
      const before = await placed();
      const { child, said, ended } = start('rehearse', ...copies(), ...started(), ...QUICK);
      await said(moment);
      // A terminal sends it to all processes of the group.
      process.kill(-child.pid!, 'SIGINT');
      const { code, stderr } = await ended;
      assert.equal(code, 130, stderr);
      await findsOnly(before);
      assert.deepEqual(readdirSync(join(folder, '.banyan', 'rehearsal')), []);
    });

  test('is ended at its limit wherever it is, says so, and leaves nothing behind', async () => {
    const before = await placed();
    const loaded = await withEnvironment(() => loadPlan(join(folder, 'banyan.config.ts')));
    const stream = createWriteStream('/dev/null') as unknown as NodeJS.WriteStream;
    await withEnvironment(() =>
      assert.rejects(
        rehearse({
          loaded,
          requests: { load: join(folder, 'load.ts'), rate: 60 },
          copies: places(),
          restored: [],
          start: started()[1]!,
          holdSeconds: 3_600, // a stage that nobody would wait for
          limitMinutes: 600,
          abortAfterMs: 10_000,
          seed: 1,
          keep: false,
          stream,
          signal: new AbortController().signal,
        }),
        /the rehearsal was not over after 1 min, and its limit was 600 min/,
      ),
    );
    await findsOnly(before);
    rmSync(join(folder, '.banyan', 'rehearsal'), { recursive: true }); // its logs stay, as those of all that failed
  });

  test('whose process is killed leaves no process, and the next one removes what lies in the databases', async () => {
    const before = await placed();
    const { child, said, ended } = start('rehearse', ...copies(), ...started(), ...QUICK);
    await said('comments: shadowing');
    child.kill('SIGKILL');
    await ended;
    const next = await banyan('rehearse', ...copies(), '--start', 'exit 3', ...QUICK);
    assert.equal(next.code, 1);
    assert.match(next.stdout, /removing what an earlier rehearsal has left/);
    await findsOnly(before);
  });
});

describe('a rehearsal is refused, and touches nothing,', { timeout: PATIENCE_MS }, () => {
  /** What is done before, what is asked for, what is answered, and what is undone afterwards. */
  const refusals: Array<{
    when: string;
    before?: () => Promise<void>;
    args?: () => string[];
    code?: number;
    says: RegExp[];
    after?: () => Promise<void>;
  }> = [
    {
      when: 'when nobody has said that the places of the plan are copies',
      args: () => ['--load', join(folder, 'load.ts')],
      says: [
        /nobody has said that these are copies: monolith\.url \(127\.0\.0\.1:1\)/,
        /hint: .*--copy 127\.0\.0\.1:1,/,
      ],
    },
    {
      when: 'when somebody has said it of all but the monolith’s database',
      args: () => [
        '--load',
        join(folder, 'load.ts'),
        '--copy',
        places()
          .filter((name) => name !== nameOf(databases.shop.banyan))
          .join(','),
      ],
      says: [/copies: monolith\.database \(127\.0\.0\.1:\d+\/shop\w*\)\n/],
    },
    {
      when: 'when banyan up has worked in a database of the plan',
      before: () =>
        execute(
          databases.shop.banyan,
          `CREATE SCHEMA banyan; CREATE TABLE banyan.mark (system text, control text); INSERT INTO banyan.mark VALUES ('shop', '1/shop')`,
        ),
      says: [
        /monolith\.database carries the mark of banyan up: the system 'shop'/,
        /hint: rehearse on another database/,
      ],
      after: () => execute(databases.shop.banyan, 'DROP SCHEMA banyan CASCADE'),
    },
    {
      when: 'when a database lies on a server that somebody has noted as production’s',
      before: async () => {
        await here('check', '--protect', '--json');
      },
      says: [
        /monolith\.database \(shop\w*\) lies on the server that was noted as production's/,
        /hint: rehearse on a server of its own/,
      ],
      after: async () => rmSync(join(folder, '.banyan', 'production.json')),
    },
    {
      when: 'when the server has links of a service of that name',
      before: () =>
        execute(databases.control.admin, `SELECT pg_replication_origin_create('banyan_comments_forward')`),
      says: [
        /monolith\.database lies on a server where links of these services are: origin banyan_comments_forward/,
        /hint: rehearse on a server of its own/,
      ],
      after: () =>
        execute(databases.control.admin, `SELECT pg_replication_origin_drop('banyan_comments_forward')`),
    },
    {
      when: 'when the control database remembers a system',
      before: () => execute(databases.control.banyan, 'CREATE SCHEMA control'),
      says: [
        /control\.database holds the stages of a system/,
        /hint: give the rehearsal a control database of its own/,
      ],
      after: () => execute(databases.control.banyan, 'DROP SCHEMA control'),
    },
    {
      when: 'when a service has rows that it would have to remove',
      before: () =>
        execute(
          databases.comments.owner,
          `INSERT INTO comments (article, author, body) VALUES ('a', 'b', 'c')`,
        ),
      says: [/services\.comments\.database has rows already: public\.comments/],
      after: () => execute(databases.comments.owner, 'DELETE FROM comments'),
    },
    {
      when: 'when the system does not run',
      says: [/the copy is not ready:\n.*monolith\.url: http:\/\/127\.0\.0\.1:1: GET \/health has no answer/],
    },
    {
      when: 'when the command that starts it ends at once',
      args: () => [...copies(), '--start', 'echo no port given; exit 3'],
      says: [
        /the command of --start ended \(exit code 3\) before monolith answered; it said last:\nno port given/,
        /hint: .*BANYAN_MONOLITH_PORT, BANYAN_COMMENTS_PORT/,
      ],
    },
    {
      when: 'when there is no such load file',
      args: () => [...copies().slice(2), '--load', 'nowhere.ts'],
      code: 2,
      says: [/there is no such file\n {2}at: .*nowhere\.ts/],
    },
    {
      when: 'when it is not told what to ask for',
      args: () => copies().slice(2),
      code: 2,
      says: [/nothing says what is asked of the copy/, /hint: .*--load .*--traffic/],
    },
    {
      when: 'when what is to be replayed is no recording',
      args: () => [...copies().slice(2), '--traffic', join(folder, 'load.ts')],
      code: 2,
      says: [/is no recording of traffic: line 1/, /at: .*load\.ts/],
    },
    {
      when: 'when the plan has no such service',
      args: () => [...copies(), '--services', 'orders'],
      says: [/the plan has no service orders/, /hint: .*comments/],
    },
  ];
  for (const { when, before, args = copies, code = 1, says, after } of refusals)
    test(when, async () => {
      await before?.();
      try {
        const untouched = await placed();
        const refused = await here('rehearse', ...args(), '--json');
        assert.equal(refused.code, code, refused.told);
        for (const pattern of says) assert.match(refused.told, pattern);
        await findsOnly(untouched);
      } finally {
        await after?.();
      }
    });
});

/** The statement that all that the plan names are copies. */
function copies(): string[] {
  return ['--load', join(folder, 'load.ts'), '--copy', places().join(',')];
}

function places(): string[] {
  return ['127.0.0.1:1', ...Object.values(databases).map(({ banyan }) => nameOf(banyan))];
}

function nameOf(database: string): string {
  const { host, pathname } = new URL(database);
  return `${host}${pathname}`;
}

/** How the shop starts: the monolith and its service, on the ports that they are told. */
function started(): string[] {
  const app = JSON.stringify(join(SHOP, 'app.mjs'));
  const node = JSON.stringify(process.execPath);
  const monolith = `ARTICLES=yes PORT=$BANYAN_MONOLITH_PORT DATABASE_URL=${databases.shop.owner} ${node} ${app}`;
  const service = `PORT=$BANYAN_COMMENTS_PORT DATABASE_URL=${databases.comments.owner} ${node} ${app}`;
  return ['--start', `export SECRET=${JSON.stringify(SECRET)}; ${monolith} & ${service} & wait`];
}

/** All that a rehearsal could leave: things in the catalogs, sessions, rows of the service, files. */
async function placed() {
  return {
    things: await thingsIn(databases),
    sessions: await sessionsIn(databases),
    rows: await countOf(databases.comments.admin, 'comments'),
    files: readdirSync(join(folder)).filter((name) => name !== '.banyan'),
  };
}

/** As in a shell that has the copy's variables. */
async function withEnvironment<T>(work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

/** Runs the command in this process, which has all that it loads: what it would say on standard error, and its exit code. */
async function here(...args: string[]): Promise<{ code: number; told: string }> {
  const exitCode = process.exitCode;
  const listening = SIGNALS.map((signal) => process.listeners(signal));
  const argv = ['node', 'banyan', ...args, '--config', join(folder, 'banyan.config.ts')];
  try {
    await withEnvironment(() => createProgram([rehearseCommand()]).parseAsync(argv));
    return { code: Number(process.exitCode ?? 0), told: '' };
  } catch (error) {
    const told = tell(error);
    return { code: told.exit, told: formatTold(told) };
  } finally {
    process.exitCode = exitCode;
    for (const [index, signal] of SIGNALS.entries())
      for (const listener of process.listeners(signal))
        if (!listening[index]!.includes(listener)) process.off(signal, listener);
  }
}

async function banyan(...args: string[]) {
  return await start(...args).ended;
}

type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs the command as the leader of a group, as a shell does. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [BANYAN, ...args], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const ended = (async (): Promise<Ended> => {
    const [stdout, stderr] = await output;
    return { code: (await closed)[0], stdout, stderr };
  })();
  let seen = '';
  const watched: Array<() => void> = [];
  child.stdout!.on('data', (chunk) => {
    seen += chunk;
    for (const look of watched) look();
  });
  const said = (what: string) => {
    const heard = new Promise<void>((resolve) => {
      const look = () => {
        if (seen.includes(what)) resolve();
      };
      watched.push(look);
      look();
    });
    return Promise.race([
      heard,
      ended.then(({ stdout, stderr }) => assert.fail(`ended without "${what}": ${stdout}${stderr}`)),
    ]);
  };
  return { child, ended, said };
}

/** Nothing but this lies there, and nobody is connected, once the sessions of processes that have ended are gone: also our own from before. */
async function findsOnly(before: Awaited<ReturnType<typeof placed>>): Promise<void> {
  const expected = {
    ...before,
    sessions: Object.fromEntries(Object.keys(databases).map((name) => [name, []])),
  };
  const deadline = performance.now() + SETTLE_MS;
  let found = await placed();
  while (!isDeepStrictEqual(found, expected) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    found = await placed();
  }
  assert.deepEqual(found, expected);
}
