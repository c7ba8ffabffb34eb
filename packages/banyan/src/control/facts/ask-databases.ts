import { createPool } from '@banyan/postgres';
import type pg from 'pg';

/** How long one database may take to let us in, and to answer, ms. */
const ANSWER_MS = 2_000;
const AT_A_TIME = 4;

/** Asks each database on a connection of its own, a few at a time; what it answers, or why it does not. */
export async function askDatabases<T>(
  urls: readonly string[],
  applicationName: string,
  ask: (db: pg.Pool, url: string) => Promise<T>,
): Promise<Map<string, { answer: T } | { why: string }>> {
  const answers = new Map<string, { answer: T } | { why: string }>();
  const left = [...urls];
  const worker = async () => {
    for (let url = left.shift(); url !== undefined; url = left.shift())
      answers.set(url, await askOne(url, applicationName, ask));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return answers;
}

async function askOne<T>(
  url: string,
  applicationName: string,
  ask: (db: pg.Pool, url: string) => Promise<T>,
): Promise<{ answer: T } | { why: string }> {
  const pool = createPool(url, {
    max: 1,
    applicationName,
    statementTimeoutMs: ANSWER_MS,
    connectTimeoutMs: ANSWER_MS,
  });
  try {
    return { answer: await ask(pool, url) };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { why: message || code || 'no answer' };
  } finally {
    await pool.end();
  }
}
