import type { Command } from 'commander';
import { DatabaseError, UsageError } from '../exit.ts';
import type { CommonOptions } from '../session.ts';

/** Of commands that work on a service's database, whether or not the service runs. */
export type DatabaseOptions = CommonOptions & { database?: string };

export function withDatabase(target: Command): Command {
  return target.option('--database <url>', "the service's database (default: DATABASE_URL)");
}

/** Works on that database by what `open` gives, which is loaded only now, so that --help and mistakes answer at once. */
export async function onDatabase<O extends { close(): Promise<void> }, T>(
  { database }: DatabaseOptions,
  open: (url: string) => Promise<O>,
  run: (operator: O) => Promise<T>,
): Promise<T> {
  const url = database ?? process.env.DATABASE_URL;
  if (!url)
    throw new UsageError(
      'which database?',
      "give --database <url> or set DATABASE_URL to the service's database",
    );
  const operator = await open(url);
  try {
    return await run(operator);
  } catch (error) {
    throw DatabaseError.of(error) ?? error;
  } finally {
    await operator.close();
  }
}
