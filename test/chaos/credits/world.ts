import { randomBytes } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, type ManagedProcess, startProcess } from '@banyan/harness/run';
import { createPool, startEmbedded } from '@banyan/postgres';
import { serviceKeysOf } from '@banyan/service/service-keys';
import type pg from 'pg';
import { startGatewayDouble } from '../../../systems/skillswap/kit/testing/gateway.ts';
import { paypalPayers, stripePayers } from '../../../systems/skillswap/services/payment/testing/payers.ts';

export type ServiceName = 'session' | 'payment' | 'notification';
const ENTRIES: Record<ServiceName, string> = {
  session: 'session/testing/at-another-time/main.ts',
  payment: 'payment/main.ts',
  notification: 'notification/main.ts',
};
const NAMES = Object.keys(ENTRIES) as ServiceName[];
const FOLDER = new URL('../../../systems/skillswap/services/', import.meta.url);

/** Quick looks, so that what is left lying is gone on with in the time of a run. */
const QUICK = {
  CREDITS_LOOK_MS: '50',
  CREDITS_AGAIN_MS: '50',
  REMINDERS_LOOK_MS: '100',
  CLOSE_SECONDS: '0.1',
  PAYMENT_LOOK_MS: '50',
  PAYMENT_AGAIN_MS: '100',
  PROVIDER_TIMEOUT_MS: '400',
  HOLD_LOOK_MS: '100',
  LEDGER_CHECK_MS: '200',
};

/** SkillSwap's sessions, credits and messages as processes, each on its own database, with doubles of who takes payments. */
export async function startWorld(directory: string) {
  const logDirectory = join(directory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const stops: Array<() => unknown> = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }

  async function start() {
    const server = await startEmbedded({
      directory: join(directory, 'postgres'),
      fresh: true,
      // A killed process of an operating system that goes on loses no write to its files.
      settings: { fsync: 'off' },
    });
    stops.push(() => server.stop());
    const [gateway, stripe, paypal] = await Promise.all([
      startGatewayDouble(),
      stripePayers(),
      paypalPayers(),
    ]);
    stops.push(() => {
      for (const one of [gateway, stripe, paypal]) one.close();
    });
    const ports = await freePorts(NAMES);
    const url = (name: ServiceName) => `http://127.0.0.1:${ports.get(name)}`;
    const clockFile = join(directory, 'clock');
    writeFileSync(clockFile, '');
    const common = {
      BUS_URL: await server.createDatabase('bus'),
      API_URL: gateway.url,
      PAYMENT_URL: url('payment'),
      LOG_LEVEL: 'info',
      CLOCK_FILE: clockFile,
      ...QUICK,
      ...stripe.env,
      ...paypal.env,
    };
    const secret = randomBytes(32).toString('base64url');
    const databases = new Map<ServiceName, string>();
    const pools = new Map<ServiceName, pg.Pool>();
    const services = new Map<ServiceName, ManagedProcess>();
    stops.push(() => Promise.all([...pools.values()].map((pool) => pool.end())));
    for (const name of NAMES) {
      databases.set(name, await server.createDatabase(name));
      pools.set(name, createPool(databases.get(name)!, { max: 4 }));
    }
    const starting = NAMES.map(async (name) => {
      const service = await startProcess({
        name,
        entry: new URL(ENTRIES[name], FOLDER),
        env: {
          ...common,
          ...serviceKeysOf(name, NAMES, secret),
          ENCRYPTION_KEYS: randomBytes(32).toString('base64url'),
          PORT: String(ports.get(name)),
          DATABASE_URL: databases.get(name)!,
        },
        logDirectory,
        readyUrl: `${url(name)}/health/ready`,
      });
      services.set(name, service);
      stops.push(() => service.stop());
    });
    const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    let now = Date.now();
    return {
      /** In the order in which they ask one another. */
      services: new Map(NAMES.map((name) => [name, services.get(name)!])) as ReadonlyMap<
        ServiceName,
        ManagedProcess
      >,
      databases: [...databases.values()],
      url,
      token: gateway.token,
      payers: { stripe, paypal },
      /** Asked again while the database recovers. */
      query: async (name: ServiceName, sql: string, values: unknown[] = []) =>
        await patiently(async () => (await pools.get(name)!.query(sql, values)).rows),
      clock: {
        now: () => now,
        /** Lets it be that moment, for sessions. */
        set(at: number): void {
          now = at;
          utimesSync(clockFile, at / 1_000, at / 1_000);
        },
      },
      stop,
    };
  }
}
export type World = Awaited<ReturnType<typeof startWorld>>;

const PATIENCE_MS = 30_000;

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const limit = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      // Errors of the statement have nothing to do with a database that is gone.
      const { code = '' } = error as { code?: string };
      const isGone = !/^[0-9A-Z]{5}$/.test(code) || /^(57P|08)/.test(code);
      if (!isGone || performance.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
