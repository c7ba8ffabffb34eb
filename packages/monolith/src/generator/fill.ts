import { parseArgs } from 'node:util';
import type pg from 'pg';
import { transaction } from '../database.ts';
import { dropForeignKeys } from './foreign-keys.ts';

/**
 * Fills an empty database by COPY and returns the rows of each table. All in one transaction, with foreign keys checked once at its end; throws
 * if `users` has rows already.
 */
export async function fillEmpty(
  pool: pg.Pool,
  users: string,
  fill: (client: pg.PoolClient) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const filled = await transaction(pool, async (client) => {
    const present = await client.query(`SELECT 1 FROM ${users} LIMIT 1`);
    if (present.rowCount)
      throw new Error('The database has users already; the generator fills an empty one.');
    const restore = await dropForeignKeys(client);
    const rows = await fill(client);
    await restore();
    return rows;
  });
  // As a database that has run for a while; else autovacuum would come for all of it a minute later.
  await pool.query(`VACUUM (ANALYZE) ${Object.keys(filled).join(', ')}`);
  return filled;
}

/** A generator as a command: its numbers as options, `DATABASE_URL` in the environment, and `--help`. */
export async function generatorCommand<Numbers extends Record<string, number>>({
  title,
  defaults,
  connect,
  generate,
}: {
  title: string;
  /** Of each number, by its name in camelCase. */
  defaults: Numbers;
  connect: (url: string) => pg.Pool;
  generate: (pool: pg.Pool, numbers: Partial<Numbers>) => Promise<Record<string, number>>;
}): Promise<void> {
  const names = Object.keys(defaults);
  const options = Object.fromEntries(names.map((name) => [optionOf(name), { type: 'string' as const }]));
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  const given: Record<string, string | boolean | undefined> = values;
  if (given.help) return console.log(usage(title, defaults));
  const { DATABASE_URL } = process.env;
  if (!DATABASE_URL) {
    console.error('The generator needs DATABASE_URL in its environment.');
    process.exit(2);
  }
  const numbers = Object.fromEntries(
    names.flatMap((name) => {
      const option = optionOf(name);
      return given[option] === undefined ? [] : [[name, wholeNumber(option, String(given[option]))]];
    }),
  );
  const pool = connect(DATABASE_URL);
  const started = performance.now();
  const rows = await generate(pool, numbers as Partial<Numbers>);
  await pool.end();
  console.log(JSON.stringify({ seconds: Math.round(performance.now() - started) / 1000, rows }));
}

function wholeNumber(option: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  console.error(`--${option} is a whole number, not ${JSON.stringify(given)}.`);
  process.exit(2);
}

function optionOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function usage(title: string, defaults: Record<string, number>): string {
  const lines = Object.entries(defaults).map(([name, value]) => `  --${optionOf(name)} N  (${value})`);
  return [
    `Fills the empty database that DATABASE_URL names with the first rows of ${title}. The same numbers give the same rows.`,
    '',
    ...lines,
  ].join('\n');
}
