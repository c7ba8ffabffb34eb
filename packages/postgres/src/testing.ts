import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { isSafe, packageVersion } from './embedded/binaries.ts';
import { isAlive } from './embedded/process.ts';
import { type EmbeddedServer, startEmbedded } from './index.ts';
import { quoteIdent, quoteLiteral } from './quote.ts';

export interface TestServer {
  /** A fresh, empty database; its url. A name that is taken gets a number. */
  database(name?: string): Promise<string>;
  /** A fresh role that may log in and nothing else. `attributes`: more of them, as CREATE ROLE takes them. */
  role(name: string, attributes?: string): Promise<TestRole>;
  /** Undefined when DATABASE_URL_TEST names the server. */
  embedded: EmbeddedServer | undefined;
}

export interface TestRole {
  name: string;
  /** The url of a database as this role. */
  url(database: string): string;
}

/**
 * The PostgreSQL of this test process: started by the first call, removed with all its databases after the last
 * test. With DATABASE_URL_TEST that server is used instead and only our databases are dropped.
 */
export function testServer(): Promise<TestServer> {
  server ??= start();
  return server;
}

let server: Promise<TestServer> | undefined;
let cleanUp: () => Promise<void> = async () => {};

// On import, not on call: inside a running test the hook would belong to that test.
after(async () => {
  await server?.catch(() => {});
  await cleanUp();
});

async function start(): Promise<TestServer> {
  const given = process.env.DATABASE_URL_TEST;
  return given ? onGivenServer(given) : await onEmbeddedServer();
}

async function onEmbeddedServer(): Promise<TestServer> {
  await sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // As root the server runs as another user, who must get in for the data to lie here and go with it.
  chmodSync(directory, 0o711);
  await copyTemplate(directory);
  const embedded = await startEmbedded({ directory, settings: TEST_SETTINGS });
  cleanUp = async () => {
    await embedded.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const names = freshNames('');
  return {
    embedded,
    database: (name) => embedded.createDatabase(names(name)),
    role: (name, attributes) => createRole(embedded.url(), names(name), attributes),
  };
}

/**
 * Spares each test process the half second of CPU that initdb takes: the first one on this machine leaves an
 * initialised cluster in the temp directory, of which all others take a copy.
 */
async function copyTemplate(directory: string): Promise<void> {
  const template = join(tmpdir(), `${PREFIX}template-${packageVersion()}-${process.getuid?.() ?? 0}`);
  if (!isSafe(template)) {
    const draft = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    chmodSync(draft, 0o711);
    await (await startEmbedded({ directory: draft, settings: TEST_SETTINGS })).stop();
    for (const name of ['port', 'postgres.log', 'location']) rmSync(join(draft, name));
    try {
      renameSync(draft, template);
    } catch {
      // Another test process was first.
      rmSync(draft, { recursive: true });
    }
  }
  // Keeps owners and modes, which PostgreSQL insists on and `fs.cp` does not keep.
  if (isSafe(template)) execFileSync('cp', ['-a', `${template}/.`, directory]);
}

function onGivenServer(given: string): TestServer {
  const names = freshNames(`banyan_test_${process.pid}_${Date.now()}_`);
  const created: string[] = [];
  const roles: string[] = [];
  cleanUp = async () => {
    for (const name of created) {
      const terminate = `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                         WHERE active AND database = $1`;
      await run(given, terminate, [name]);
      await run(given, `DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
    }
    for (const name of roles) await run(given, `DROP ROLE IF EXISTS ${quoteIdent(name)}`);
  };
  const database = async (wanted?: string) => {
    const name = names(wanted);
    await run(given, `CREATE DATABASE ${quoteIdent(name)}`);
    created.push(name);
    const url = new URL(given);
    url.pathname = `/${encodeURIComponent(name)}`;
    return url.href;
  };
  const role: TestServer['role'] = async (wanted, attributes) => {
    const name = names(wanted);
    roles.push(name);
    return await createRole(given, name, attributes);
  };
  return { embedded: undefined, database, role };
}

async function createRole(admin: string, name: string, attributes = ''): Promise<TestRole> {
  const password = randomBytes(12).toString('hex');
  await run(admin, `CREATE ROLE ${quoteIdent(name)} LOGIN ${attributes} PASSWORD ${quoteLiteral(password)}`);
  return {
    name,
    url(database) {
      const url = new URL(database);
      url.username = encodeURIComponent(name);
      url.password = password;
      return url.href;
    },
  };
}

const PREFIX = 'banyan-test-';
const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off' };

function freshNames(prefix: string): (wanted?: string) => string {
  const taken = new Set<string>();
  return (wanted = 'test') => {
    let name = prefix + wanted;
    for (let number = 2; taken.has(name); number++) name = `${prefix}${wanted}_${number}`;
    taken.add(name);
    return name;
  };
}

/** Removes what test processes that were killed have left, their servers too. */
async function sweep(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    const pid = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split('-')[0]) : 0;
    if (!pid || isAlive(pid)) continue;
    const directory = join(tmpdir(), entry);
    try {
      const orphan = await startEmbedded({ directory, settings: TEST_SETTINGS });
      await orphan.stop();
    } catch (error) {
      // Another test process sweeps it.
      if ((error as { code?: string }).code === 'EMBEDDED_IN_USE') continue;
      // Else it was never finished.
    }
    // Two may have got this far.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function run(url: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql, values).finally(() => client.end());
}
