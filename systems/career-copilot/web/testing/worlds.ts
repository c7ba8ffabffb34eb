import type { Environment } from '@banyan/harness/run';
import { startTestEnvironment } from '../../kit/testing/environment.ts';
import { createMonolith } from '../../monolith/app.ts';
import { connect } from '../../monolith/database.ts';
import { generate, type Size } from '../../monolith/generate.ts';
import { system } from '../../system.ts';
import { buildWeb } from '../build.ts';
import { type DemoPeople, shareOut } from './demo-data.ts';

/** A system with the web in it, where a browser finds it. */
export type World = { origin: string; people: DemoPeople; stop(): Promise<void> };

export type WorldSize = Partial<Size> & {
  /** Applications of the one person who has many. Default 40. */
  ofOnePerson?: number;
};

const SIZE = { users: 60, companies: 20, jobs: 120, applications: 180 };
/** Of the whole world. */
export const USERS = 200;
/** Cheap: many log in here. */
const BCRYPT_COST = 4;

/** The monolith alone, in this process, on an empty database: for what pages make of answers, whoever gives them. */
export async function startMonolithWorld(
  database: string,
  { ofOnePerson, ...size }: WorldSize = {},
): Promise<World> {
  const folder = await buildWeb();
  const pool = connect(database);
  await generate(pool, { ...SIZE, ...size, bcryptCost: BCRYPT_COST });
  const people = await shareOut(pool, ofOnePerson);
  const settings = {
    jwtSecret: 'the secret of a system of tests',
    bcryptCost: BCRYPT_COST,
    accessTokenSeconds: 1800,
    refreshTokenDays: 30,
  };
  const monolith = await createMonolith(pool, settings, { web: { folder } });
  return {
    origin: await monolith.listen({ port: 0, host: '127.0.0.1' }),
    people,
    stop: async () => {
      await monolith.close();
      await pool.end();
    },
  };
}

/** All of it at the gateway, in processes of its own, everything still on the monolith: for what holds while services move. */
export async function startWholeWorld(name: string): Promise<World & { environment: Environment }> {
  const environment = await startTestEnvironment(name, { users: USERS, monolith: system.web.build() });
  const pool = connect(environment.databases.get('monolith')!);
  const people = await shareOut(pool).finally(() => pool.end());
  return { origin: environment.gatewayUrl, people, environment, stop: () => environment.stop() };
}
