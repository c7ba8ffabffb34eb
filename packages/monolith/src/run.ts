import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { SessionSettings } from './sessions.ts';

export type Settings = SessionSettings & {
  /** bcrypt's work factor. */
  bcryptCost: number;
};

export type Runnable = {
  /** In sentences for people. */
  title: string;
  connect: (url: string) => pg.Pool;
  createTables: (pool: pg.Pool) => Promise<void>;
  create: (pool: pg.Pool, settings: Settings, logLevel: string) => Promise<FastifyInstance>;
};

/** Runs a monolith as a process, by its environment, until SIGTERM or SIGINT. With `--help` it says what that may be. */
export async function runMonolith({ title, connect, createTables, create }: Runnable): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage(title));
  const { PORT = '8000', HOST = '127.0.0.1', DATABASE_URL, JWT_SECRET, LOG_LEVEL = 'info' } = process.env;
  if (!DATABASE_URL || !JWT_SECRET) {
    console.error('The monolith needs DATABASE_URL and JWT_SECRET in its environment.');
    process.exit(2);
  }
  const pool = connect(DATABASE_URL);
  await createTables(pool);
  const app = await create(pool, settingsOf(JWT_SECRET, process.env), LOG_LEVEL);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      await app.close();
      await pool.end();
    });
  }
  await app.listen({ port: Number(PORT), host: HOST });
}

function settingsOf(jwtSecret: string, env: NodeJS.ProcessEnv): Settings {
  return {
    jwtSecret,
    bcryptCost: Number(env.BCRYPT_COST ?? 10),
    accessTokenSeconds: Number(env.ACCESS_TOKEN_SECONDS ?? 1800),
    refreshTokenDays: Number(env.REFRESH_TOKEN_DAYS ?? 30),
  };
}

function usage(title: string): string {
  return `The monolith of ${title}. It creates the tables that are missing, and goes by its environment:

  DATABASE_URL          its PostgreSQL (needed)
  JWT_SECRET            signs access tokens (needed)
  PORT, HOST            where it listens (8000, 127.0.0.1)
  LOG_LEVEL             of pino (info)
  BCRYPT_COST           work factor of passwords (10)
  ACCESS_TOKEN_SECONDS  how long an access token is good (1800)
  REFRESH_TOKEN_DAYS    how long a refresh token is good (30)`;
}
