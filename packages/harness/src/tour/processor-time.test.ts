import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { type ProcessTime, startProcessorTime, timeBelow } from './processor-time.ts';

const BUSY_MS = 200;
const BURN = `const { user } = process.cpuUsage(); while (process.cpuUsage().user - user < ${BUSY_MS}_000);`;

it('counts what is below a process, what has ended below it too, and nothing of those named or beside it', () => {
  const list: ProcessTime[] = [
    { pid: 1, parent: 0, ownMs: 1_000_000, endedMs: 1_000_000 },
    { pid: 10, parent: 1, ownMs: 100_000, endedMs: 7 },
    { pid: 11, parent: 10, ownMs: 20, endedMs: 3 },
    { pid: 12, parent: 11, ownMs: 400, endedMs: 0 },
    { pid: 13, parent: 10, ownMs: 5_000, endedMs: 0 },
    { pid: 14, parent: 13, ownMs: 5_000, endedMs: 5_000 },
    { pid: 20, parent: 1, ownMs: 5_000, endedMs: 0 },
  ];
  assert.equal(timeBelow(10, [13], list), 7 + 20 + 3 + 400);
});

it('counts a process that works for the stage in which it worked, and a stage that comes again goes on', async () => {
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
  try {
    const time = startProcessorTime('first', [left.pid!]);
    const burn = async (stage: string) => {
      time.stage(stage);
      await once(spawn(process.execPath, ['-e', BURN], { stdio: 'ignore' }), 'exit');
    };
    await burn('first');
    await burn('second');
    await burn('first');
    const used = time.usedMs();
    if (process.platform !== 'linux') return assert.equal(used.size, 0);
    assert.deepEqual([...used.keys()].sort(), ['first', 'second']);
    assert.ok(used.get('second')! >= BUSY_MS, `second: ${used.get('second')} ms`);
    assert.ok(used.get('first')! >= 2 * BUSY_MS, `first: ${used.get('first')} ms`);
  } finally {
    left.kill('SIGKILL');
  }
});

it('tells of no stage where the system does not tell', () => {
  const time = startProcessorTime('first', [], () => []);
  time.stage('second');
  assert.equal(time.usedMs().size, 0);
});
