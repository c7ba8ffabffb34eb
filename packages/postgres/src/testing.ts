import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { emptyServer } from './embedded/empty-server.ts';
import { startScratchServer } from './embedded/scratch-server.ts';
import { quoteIdent, quoteLiteral } from './quote.ts';

export { until } from './until.ts';

export interface TestServer {
  /** A fresh, empty database; its url. A name that is taken gets a number. */
  database(name?: string): Promise<string>;
  /** A fresh role that may log in and nothing else. `attributes`: more of them, as CREATE ROLE takes them. */
  role(name: string, attributes?: string): Promise<TestRole>;
  /** No others use it, so that its settings may be changed: it is not what DATABASE_URL_TEST names. */
  ownServer: boolean;
}

export interface TestRole {
  name: string;
  /** The url of a database as this role. */
  url(database: string): string;
}

/**
 * One that the run of the whole suite hands from file to file. Forgotten at once: no process that a test starts may take it
 * for its own, and empty it.
 */
const SERVER_OF_RUN = process.env.BANYAN_TEST_SERVER;
delete process.env.BANYAN_TEST_SERVER;

/**
 * The PostgreSQL of this test process: started by the first call, removed with all its databases after the last
 * test; or the run's, without what the file before left. With DATABASE_URL_TEST that server is used instead and only our databases are dropped.
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
  if (given) return onGivenServer(given);
  if (SERVER_OF_RUN) {
    await emptyServer(SERVER_OF_RUN);
    return onOwnServer(SERVER_OF_RUN);
  }
  const scratch = await startScratchServer();
  cleanUp = scratch.remove;
  return onOwnServer(scratch.url);
}

function onOwnServer(url: string): TestServer {
  const names = freshNames('');
  return {
    ownServer: true,
    database: (name) => createDatabase(url, names(name), COPIED),
    role: (name, attributes) => createRole(url, names(name), attributes),
  };
}

/** Block by block through the log, which is the default, it takes twice the time, and all slots of the server have to read it. */
const COPIED = 'STRATEGY file_copy';

async function createDatabase(admin: string, name: string, how = ''): Promise<string> {
  await run(admin, `CREATE DATABASE ${quoteIdent(name)} ${how}`);
  const url = new URL(admin);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
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
    const url = await createDatabase(given, name);
    created.push(name);
    return url;
  };
  const role: TestServer['role'] = async (wanted, attributes) => {
    const name = names(wanted);
    roles.push(name);
    return await createRole(given, name, attributes);
  };
  return { ownServer: false, database, role };
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

function freshNames(prefix: string): (wanted?: string) => string {
  const taken = new Set<string>();
  return (wanted = 'test') => {
    let name = prefix + wanted;
    for (let number = 2; taken.has(name); number++) name = `${prefix}${wanted}_${number}`;
    taken.add(name);
    return name;
  };
}

async function run(url: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql, values).finally(() => client.end());
}
