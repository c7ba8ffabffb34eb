import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient, freePort, type Supervisor, startSupervisor } from '@banyan/banyan/operate';
import { type EmbeddedServer, startEmbedded } from '@banyan/postgres';
import { connect } from '../monolith/database.ts';
import { generate, type Size } from '../monolith/generate.ts';
import { type ManagedProcess, startProcess } from './process.ts';
import { warmUp } from './warm-up.ts';

export type WorldOptions = {
  /** Everything is kept here: the database, logs, the config that `banyan` reads. */
  directory: string;
  size?: Partial<Size>;
  seed?: number;
  /** bcrypt cost of the monolith and of the generated hashes. Default 10. */
  bcryptCost?: number;
  /** Settings of the database on top of the embedded server's own. */
  settings?: Record<string, string>;
  /** Further environment for the plan, e.g. CAREER_OBSERVE_SECONDS. */
  env?: Record<string, string>;
  gatewayWorkers?: number;
  /** Send it reads before it is handed over, so that it behaves like a system that has run for a while. */
  warm?: boolean;
  onProgress?: (what: string) => void;
  onRestart?: (name: string) => void;
  /** Gives up a start that is under way: what was started is stopped, then it rejects with the signal's reason. */
  signal?: AbortSignal;
};

/** Career Copilot as it runs: database, monolith, both services, and Banyan in front. */
export type World = {
  directory: string;
  server: EmbeddedServer;
  databases: { monolith: string; auth: string; users: string; bus: string; control: string };
  gatewayUrl: string;
  /** Prometheus metrics of the gateway. */
  metricsUrl: string;
  jwtSecret: string;
  /** The config with this world's addresses, for `banyan --config`. */
  configFile: string;
  control: ControlClient;
  monolith: ManagedProcess;
  services: { auth: ManagedProcess; users: ManagedProcess };
  banyan: Supervisor;
  rows: Record<string, number>;
  stop(): Promise<void>;
};

const MONOLITH = new URL('../monolith/main.ts', import.meta.url);
const AUTH = new URL('../services/auth/main.ts', import.meta.url);
const USERS = new URL('../services/users/main.ts', import.meta.url);
const CONFIG = new URL('../banyan.config.ts', import.meta.url);

/** Starts everything afresh in `directory`, in the order in which a team would have built it up. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { directory, bcryptCost = 10, signal } = options;
  const onProgress = (what: string) => {
    signal?.throwIfAborted();
    options.onProgress?.(what);
  };
  const logDirectory = join(directory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const running: Array<{ stop(): Promise<void> }> = [];
  const stop = async () => {
    for (const one of [...running].reverse()) await one.stop();
    running.length = 0;
  };

  try {
    onProgress('starting PostgreSQL');
    const server = await startEmbedded({
      directory: join(directory, 'postgres'),
      fresh: true,
      settings: options.settings,
    });
    running.push(server);
    const databases = {
      monolith: await server.createDatabase('career_copilot'),
      auth: await server.createDatabase('auth'),
      users: await server.createDatabase('users'),
      bus: await server.createDatabase('bus'),
      control: await server.createDatabase('banyan'),
    };

    onProgress('filling the monolith’s database');
    const rows = await unlessAborted(signal, fill(databases.monolith, options));

    onProgress('starting the monolith and the services');
    const jwtSecret = randomBytes(32).toString('base64url');
    const [monolithPort, authPort, usersPort, gatewayPort, controlPort, adminPort] = await freePorts(6);
    const origin = (port: number | undefined) => `http://127.0.0.1:${port}`;
    const common = {
      JWT_SECRET: jwtSecret,
      LEGACY_JWT_SECRET: jwtSecret,
      BCRYPT_COST: String(bcryptCost),
      LOG_LEVEL: 'warn',
      AUTH_URL: origin(authPort),
    };
    const monolith = await startProcess({
      name: 'monolith',
      entry: MONOLITH,
      env: { ...common, PORT: String(monolithPort), DATABASE_URL: databases.monolith },
      logDirectory,
      readyUrl: `${origin(monolithPort)}/health`,
    });
    running.push(monolith);
    const startService = async (name: 'auth' | 'users', entry: URL, port: number | undefined) => {
      const service = await startProcess({
        name,
        entry,
        env: { ...common, PORT: String(port), DATABASE_URL: databases[name], BUS_URL: databases.bus },
        logDirectory,
        readyUrl: `${origin(port)}/health/ready`,
      });
      running.push(service);
      return service;
    };
    const auth = await startService('auth', AUTH, authPort);
    const users = await startService('users', USERS, usersPort);

    onProgress('starting Banyan: applier, controller, gateway');
    const token = randomBytes(32).toString('base64url');
    const configFile = writeConfig(directory, {
      ...options.env,
      CAREER_MONOLITH_URL: origin(monolithPort),
      CAREER_MONOLITH_DATABASE_URL: databases.monolith,
      CAREER_JWT_SECRET: jwtSecret,
      CAREER_AUTH_URL: origin(authPort),
      CAREER_AUTH_DATABASE_URL: databases.auth,
      CAREER_USERS_URL: origin(usersPort),
      CAREER_USERS_DATABASE_URL: databases.users,
      CAREER_GATEWAY_PORT: String(gatewayPort),
      CAREER_GATEWAY_ADMIN_PORT: String(adminPort),
      CAREER_GATEWAY_WORKERS: String(options.gatewayWorkers ?? 2),
      BANYAN_DATABASE_URL: databases.control,
      BANYAN_CONTROL_PORT: String(controlPort),
      BANYAN_CONTROL_TOKEN: token,
    });
    const banyan = await startSupervisor({
      plan: configFile,
      token,
      logDirectory,
      onRestart: options.onRestart,
      signal,
    });
    running.push(banyan);

    if (options.warm) {
      onProgress('warming up');
      const warming = warmUp({
        gatewayUrl: origin(gatewayPort),
        services: { auth: origin(authPort), users: origin(usersPort) },
        databases,
        jwtSecret,
        users: rows.users ?? 0,
        bcryptCost,
      });
      await unlessAborted(signal, warming);
    }
    signal?.throwIfAborted();
    return {
      directory,
      server,
      databases,
      gatewayUrl: origin(gatewayPort),
      metricsUrl: `${origin(adminPort)}/metrics`,
      jwtSecret,
      configFile,
      control: new ControlClient(origin(controlPort), token),
      monolith,
      services: { auth, users },
      banyan,
      rows,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Rejects as soon as the signal says so; what is left of the work then fails by itself, with what it works on. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return await work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}

async function fill(url: string, { size, seed, bcryptCost }: WorldOptions): Promise<Record<string, number>> {
  const pool = connect(url);
  try {
    return await generate(pool, { ...size, seed, bcryptCost });
  } finally {
    await pool.end();
  }
}

/** A plan file that sets this world's addresses and secrets (readable by the owner only) and hands on the real plan. */
function writeConfig(directory: string, env: Record<string, string>): string {
  const file = join(directory, 'banyan.config.ts');
  const text = [
    '// Written by the tour: the addresses and secrets of one run, for `banyan --config`.',
    `Object.assign(process.env, ${JSON.stringify(env, null, 2)});`,
    `export default (await import(${JSON.stringify(CONFIG.href)})).default;`,
    '',
  ].join('\n');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
