import { createPool } from '@banyan/postgres';
import { loadsIn, readLoadFile } from '../rehearse/load-file.ts';
import { dataOf, type System } from '../system.ts';
import { type Load, loadsOf } from './load.ts';
import type { UserId } from './population.ts';

/** Whose load it is: a system's of ours, or that of a team's load file. */
export type Source = OfSystem | OfFile;

type OfSystem = {
  system: System;
  /** The users `1..users` of the first rows, and the secret of the monolith, which logged them in before. */
  users: number;
  secret: string;
  /** Rows of the monolith's tables at the start. */
  rows: Record<string, number>;
};

type OfFile = {
  loadFile: string;
  /** The monolith's, from which the file may read its users. */
  database: string;
};

type Loads = {
  loads: ReadonlyMap<string, Load<UserId>>;
  ids: readonly UserId[];
  mint(id: UserId): string;
  rows: Record<string, number>;
};

export async function sourceOf(source: Source): Promise<Loads> {
  return 'system' in source ? await ofSystem(source) : await ofFile(source);
}

async function ofSystem({ system, users, secret, rows }: OfSystem): Promise<Loads> {
  const data = await dataOf(system);
  return {
    loads: await loadsOf(system),
    ids: Array.from({ length: users }, (_, index) => index + 1).filter(data.isActive),
    mint: (id) => data.token(id as number, secret),
    rows,
  };
}

/** Its own functions say who asks; nobody else knows how its tokens are made. */
async function ofFile({ loadFile, database }: OfFile): Promise<Loads> {
  const rehearsal = await readLoadFile(loadFile);
  const ids = await idsOf(rehearsal.users, database);
  if (ids.length === 0) throw new Error(`${loadFile}: \`users\` gives nobody who could make requests`);
  const mint = () => {
    throw new Error(
      'users.token() knows no tokens of this system: make them in load.ts, and send them in `headers`',
    );
  };
  return { loads: loadsIn(rehearsal), ids, mint, rows: {} };
}

async function idsOf(
  users: Awaited<ReturnType<typeof readLoadFile>>['users'],
  database: string,
): Promise<readonly UserId[]> {
  if (typeof users !== 'function') return users;
  const pool = createPool(database, { max: 1, applicationName: 'banyan-rehearse' });
  try {
    return await users(pool);
  } finally {
    await pool.end();
  }
}
