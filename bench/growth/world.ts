import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, freePort, type Supervisor, startSupervisor } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import { startBenchServer } from '../server.ts';
import { namesOf, OWNERS, ownerOf, schemaOf, tableOf } from './system.ts';

/**
 * A system of so many services with Banyan in front. Each service has a PostgreSQL of its own beside the monolith's, or all are
 * databases of the monolith's server (`together`).
 */
export type World = {
  names: string[];
  databases: { monolith: string; control: string; services: Record<string, string> };
  /** Why services paused so far. */
  pauses: string[];
  gatewayUrl: string;
  banyan: Supervisor;
  control: ControlClient;
  stop(): Promise<void>;
};

/** `logs`: where the logs of its processes stay; by default they go with it. */
export async function startWorld({
  services,
  together,
  logs,
}: {
  services: number;
  together: boolean;
  logs: string | undefined;
}): Promise<World> {
  const names = namesOf(services);
  const directory = mkdtempSync(join(tmpdir(), 'banyan-growth-'));
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const server = await startBenchServer(LARGE);
    stops.push(() => server.stop());
    const monolith = await server.createDatabase('monolith');
    const control = await server.createDatabase('control');
    const own: Record<string, string> = {};
    for (const name of names) {
      const home = together ? server : await startBenchServer(SMALL);
      if (!together) stops.push(() => home.stop());
      own[name] = await home.createDatabase(name);
    }
    await fill(monolith, own);
    const { app, ports } = await startApp(monolith, own);
    stops.push(async () => app.kill());
    const [gatewayPort, controlPort, adminPort] = [await freePort(), await freePort(), await freePort()];
    const token = randomUUID();
    const banyan = await startSupervisor({
      plan: join(import.meta.dirname, 'banyan.config.ts'),
      token,
      logDirectory: logs ?? join(directory, 'logs'),
      env: {
        NODE_COMPILE_CACHE: join(directory, 'compiled'),
        GROWTH_SERVICES: String(services),
        GROWTH_MONOLITH: monolith,
        GROWTH_MONOLITH_URL: `http://127.0.0.1:${ports[0]}`,
        GROWTH_SERVICES_URL: `http://127.0.0.1:${ports[1]}`,
        GROWTH_CONTROL: control,
        GROWTH_CONTROL_PORT: String(controlPort),
        GROWTH_GATEWAY_PORT: String(gatewayPort),
        GROWTH_ADMIN_PORT: String(adminPort),
        ...Object.fromEntries(names.map((name) => [`GROWTH_${name.toUpperCase()}`, own[name]!])),
      },
    });
    stops.push(() => banyan.stop());
    return {
      names,
      databases: { monolith, control, services: own },
      pauses: [],
      gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
      banyan,
      control: new ControlClient(`http://127.0.0.1:${controlPort}`, token),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const LARGE = {
  max_connections: '600',
  max_wal_senders: '128',
  max_replication_slots: '128',
  max_active_replication_origins: '128',
};
const SMALL = { shared_buffers: '32MB', min_wal_size: '80MB' };

async function fill(monolith: string, services: Record<string, string>): Promise<void> {
  const legacy = createPool(monolith, { max: 1 });
  for (const [name, url] of Object.entries(services)) {
    const owners = Array.from({ length: OWNERS }, (_, index) => ownerOf(index));
    await legacy.query(schemaOf(name));
    await legacy.query(`INSERT INTO ${tableOf(name)} SELECT owner, 'first' FROM unnest($1::text[]) owner`, [
      owners,
    ]);
    const own = createPool(url, { max: 1 });
    await own.query(schemaOf(name));
    await own.end();
  }
  await legacy.end();
}

async function startApp(
  monolith: string,
  services: Record<string, string>,
): Promise<{ app: ChildProcess; ports: [number, number] }> {
  const databases = {
    monolith: Object.fromEntries(Object.keys(services).map((name) => [name, monolith])),
    services,
  };
  const app = fork(join(import.meta.dirname, 'app.ts'), [JSON.stringify(databases)]);
  const [ports] = await once(app, 'message');
  return { app, ports };
}
