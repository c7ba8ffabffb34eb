import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient, type Supervisor, startSupervisor } from '@banyan/banyan/operate';
import { type EmbeddedServer, startEmbedded } from '@banyan/postgres';
import { serverOf } from '../directory.ts';
import { freePorts } from '../free-ports.ts';
import { dataOf, type System, variableOf } from '../system.ts';
import { type ManagedProcess, startProcess } from './process.ts';
import { unlessAborted } from './unless-aborted.ts';
import { warmUp } from './warm-up.ts';

export type EnvironmentOptions = {
  system: System;
  /** The services that the plan is to have. Default all of the system. */
  services?: readonly string[];
  /** Everything is kept here: the database, logs, the config that `banyan` reads. */
  directory: string;
  users: number;
  seed?: number;
  /** Settings of the database on top of the embedded server's own. */
  settings?: Record<string, string>;
  /** Further variables of the plan without the system's prefix, e.g. OBSERVE_SECONDS. */
  pace?: Record<string, string>;
  gatewayWorkers?: number;
  /** Variables of the monolith on top of the system's: where its web was built, which may still go on while the rest is started. */
  monolith?: Record<string, string> | Promise<Record<string, string>>;
  /** Send it reads before it is handed over, so that it behaves like a system that has run for a while. */
  warm?: boolean;
  /** How many visits to each process make it warm. Default 400. */
  warmUpRounds?: number;
  onProgress?: (what: string) => void;
  onRestart?: (name: string) => void;
  /** Gives up a start that is under way: what was started is stopped, then it rejects with the signal's reason. */
  signal?: AbortSignal;
};

/** A system as it runs: database, monolith, services, and Banyan in front. */
export type Environment = {
  system: System;
  directory: string;
  server: EmbeddedServer;
  /** URLs by service, and of `monolith`. */
  databases: ReadonlyMap<string, string>;
  controlDatabase: string;
  busUrl: string;
  gatewayUrl: string;
  /** The monolith's secret, by which its tokens are signed. */
  secret: string;
  /** The config with this environment's addresses, for `banyan --config`. */
  configFile: string;
  control: ControlClient;
  monolith: ManagedProcess;
  services: ReadonlyMap<string, ManagedProcess>;
  /** Where what is beside the services answers, by name. */
  beside: ReadonlyMap<string, string>;
  banyan: Supervisor;
  /** Rows of the monolith's tables at the start. */
  rows: Record<string, number>;
  stop(): Promise<void>;
};

/** Starts everything afresh in `directory`, in the order in which a team would have built it up. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { system, services = system.services, directory, signal } = options;
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
      directory: serverOf(directory),
      fresh: true,
      settings: options.settings,
    });
    running.push(server);
    const databases = new Map<string, string>();
    for (const name of ['monolith', ...services])
      databases.set(name, await server.createDatabase(databaseName(name)));
    const busUrl = await server.createDatabase('bus');
    const controlDatabase = await server.createDatabase('banyan');

    onProgress('filling the monolith’s database');
    const data = await dataOf(system);
    const { users, seed = 1 } = options;
    const rows = await unlessAborted(signal, data.fill(databases.get('monolith')!, { users, seed }));

    onProgress('starting the monolith and the services');
    const secret = randomBytes(32).toString('base64url');
    const gatewayKey = newPrivateKey();
    const beside = Object.entries(system.beside ?? {});
    const besides = beside.map(([name]) => name);
    const names = ['monolith', ...besides, ...services, 'gateway', 'control', 'admin'];
    const ports = await freePorts(names);
    const origin = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
    const urls = Object.fromEntries([...besides, ...services].map((name) => [name, origin(name)]));
    const start = async (name: string, entry: string, healthPath: string, env: Record<string, string>) => {
      const started = await startProcess({
        name,
        entry: new URL(entry, system.folder),
        env: {
          ...system.environment({ process: name, secret, gatewayUrl: origin('gateway'), urls }),
          LOG_LEVEL: 'warn',
          PORT: String(ports.get(name)),
          ...(databases.has(name) ? { DATABASE_URL: databases.get(name)! } : {}),
          ...env,
        },
        logDirectory,
        readyUrl: origin(name) + healthPath,
      });
      running.push(started);
      return started;
    };
    for (const [name, entry] of beside) await start(name, entry, '/health', {});
    const monolith = await start('monolith', 'monolith/main.ts', '/health', (await options.monolith) ?? {});
    const processes = new Map<string, ManagedProcess>();
    for (const name of services) {
      const bus = { BUS_URL: busUrl };
      processes.set(name, await start(name, `services/${name}/main.ts`, '/health/ready', bus));
    }

    onProgress('starting Banyan: applier, controller, gateway');
    const token = randomBytes(32).toString('base64url');
    const configFile = writeConfig(system, directory, {
      ...ofPlan(system, {
        ...options.pace,
        SERVICES: services.join(','),
        JWT_SECRET: secret,
        GATEWAY_KEY: gatewayKey,
      }),
      ...ofPlan(system, {
        GATEWAY_PORT: String(ports.get('gateway')),
        GATEWAY_ADMIN_PORT: String(ports.get('admin')),
        GATEWAY_WORKERS: String(options.gatewayWorkers ?? 2),
      }),
      ...Object.fromEntries(
        [...databases].flatMap(([name, database]) => [
          [variableOf(system, name, 'URL'), origin(name)],
          [variableOf(system, name, 'DATABASE_URL'), database],
        ]),
      ),
      BANYAN_DATABASE_URL: controlDatabase,
      BANYAN_CONTROL_PORT: String(ports.get('control')),
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
      const gatewayUrl = origin('gateway');
      const rounds = options.warmUpRounds;
      const visits = { system, gatewayUrl, urls, databases, secret, gatewayKey, users, rounds };
      await unlessAborted(signal, warmUp(visits));
    }
    signal?.throwIfAborted();
    return {
      system,
      directory,
      server,
      databases,
      controlDatabase,
      busUrl,
      gatewayUrl: origin('gateway'),
      secret,
      configFile,
      control: new ControlClient(origin('control'), token),
      monolith,
      services: processes,
      beside: new Map(besides.map((name) => [name, origin(name)])),
      banyan,
      rows,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function newPrivateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

const databaseName = (service: string) => service.replaceAll('-', '_');

function ofPlan(system: System, variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [variableOf(system, name), value]),
  );
}

/** A plan file that sets this run's addresses and secrets (readable by the owner only) and hands on the real plan. */
function writeConfig(system: System, directory: string, env: Record<string, string>): string {
  const file = join(directory, 'banyan.config.ts');
  const plan = new URL('banyan.config.ts', system.folder).href;
  const text = [
    '// Written by the harness: the addresses and secrets of one run, for `banyan --config`.',
    `Object.assign(process.env, ${JSON.stringify(env, null, 2)});`,
    `export default (await import(${JSON.stringify(plan)})).default;`,
    '',
  ].join('\n');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
