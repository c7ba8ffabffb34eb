import type { Plan } from '@banyan/banyan';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { defaultOf, type System, variableOf } from '../../system.ts';

type App = {
  listen(at: { port: number; host: string }): Promise<string>;
  close(): Promise<unknown>;
};

/** What a system's monolith is started by. */
export type Monolith = {
  connect(url: string): pg.Pool;
  createMonolith(
    pool: pg.Pool,
    settings: {
      jwtSecret: string;
      bcryptCost: number;
      accessTokenSeconds: number;
      refreshTokenDays: number;
    },
  ): Promise<App>;
  /** Makes the rows, before it starts. */
  fill(pool: pg.Pool): Promise<void>;
};

export type OldSide = { database: string; pool: pg.Pool; url: string; close(): Promise<void> };

/** A monolith over rows of its own: one of the two sides that are compared. */
export async function startOldSide(
  { connect, createMonolith, fill }: Monolith,
  { secret, bcryptCost }: { secret: string; bcryptCost: number },
): Promise<OldSide> {
  const database = await (await testServer()).database('legacy');
  const pool = connect(database);
  await fill(pool);
  const settings = { jwtSecret: secret, bcryptCost, accessTokenSeconds: 1800, refreshTokenDays: 30 };
  const app = await createMonolith(pool, settings);
  return {
    database,
    pool,
    url: await app.listen({ port: 0, host: '127.0.0.1' }),
    close: async () => {
      await app.close();
      await pool.end();
    },
  };
}

export type Planned = {
  secret: string;
  gatewayKey: string;
  /** By service: its database. */
  databases: Readonly<Record<string, string>>;
  services?: string;
};

/** The system's plan for these databases, which is read from variables. */
export async function planFor(
  system: System,
  old: OldSide,
  { secret, gatewayKey, databases, services }: Planned,
): Promise<Plan> {
  const of = (...parts: string[]) => variableOf(system, ...parts);
  Object.assign(process.env, {
    [of('MONOLITH_DATABASE_URL')]: old.database,
    ...Object.fromEntries(
      Object.entries(databases).map(([name, database]) => [of(name, 'DATABASE_URL'), database]),
    ),
    ...(services !== undefined && { [of('SERVICES')]: services }),
    [of('JWT_SECRET')]: secret,
    [of('GATEWAY_KEY')]: gatewayKey,
    BANYAN_DATABASE_URL: 'postgresql://127.0.0.1/control',
  });
  return await defaultOf<Plan>(new URL('banyan.config.ts', system.folder));
}
