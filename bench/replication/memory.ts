import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { PROCESS_FLAGS } from '@banyan/replication';
import { ROW, type World } from './world.ts';

/** What the child says when it has done what it was told. */
export type Answer = { peakMiB: number };

/**
 * The peak of resident memory of a process that does what an applier does for a service of one table, with the flags it
 * is given by `banyan up`: copies `rows`, streams half as many changes while they are made (the link the other way reads their echo), verifies.
 */
export async function applierMemory(
  world: World,
  rows: number,
): Promise<{ peakMiB: number; changes: number }> {
  const { source, split } = world;
  await source.query('TRUNCATE users');
  await source.query(`INSERT INTO users SELECT ${ROW} FROM generate_series(1::bigint, ${rows}) i`);
  await split.query('TRUNCATE users');
  const child = fork(new URL('./applier-child.ts', import.meta.url), [JSON.stringify(world.config)], {
    execArgv: [...PROCESS_FLAGS],
  });
  try {
    await answer(child, 'stream');
    const transactions = rows / 40;
    const writer = await source.connect();
    await writer.query('SET synchronous_commit = off');
    await writer.query(`CALL write_inserts(7000000000, ${transactions})`);
    await writer.query(`CALL write_mixed(8000000000, ${transactions})`);
    writer.release();
    const { peakMiB } = await answer(child, 'verify');
    const gone = once(child, 'exit');
    child.send('drop');
    await gone;
    return { peakMiB, changes: transactions * 20 };
  } finally {
    child.kill();
  }
}

async function answer(child: ChildProcess, command: string): Promise<Answer> {
  const answered = once(child, 'message');
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The applier's process ended at '${command}'`);
  });
  ended.catch(() => {});
  child.send(command);
  const [said] = await Promise.race([answered, ended]);
  return said as Answer;
}
