import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Bus, type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { testServer } from '@banyan/postgres/testing';
import { MAIN, run } from '../../../testing/run-cli.ts';

let url: string;
let bus: Bus;
before(async () => {
  url = await (await testServer()).database('bus');
  bus = await openPostgresBus({ url });
});
after(() => bus.close());

const banyan = (...args: string[]) => run([MAIN, 'events', ...args], process.cwd()).ended;

/** Messages of a group that nobody can handle, dead. */
async function dead(group: string, count: number) {
  const type = `Made${group}`;
  let broken = true;
  let handled = 0;
  await bus.subscribe({
    group,
    types: [type],
    async handle() {
      if (broken) throw Object.assign(new Error('the printer burns'), { permanent: true });
      handled++;
    },
  });
  const message = (): Envelope => {
    const id = randomUUID();
    const at = { time: new Date().toISOString(), subject: id, datacontenttype: 'application/json' as const };
    const what = { id, source: '/test/cli', type, dataversion: 1, kind: 'event' as const };
    return { specversion: '1.0', ...what, ...at, correlationid: id, data: {} };
  };
  await bus.publish(Array.from({ length: count }, message));
  while ((await bus.dead.list({ group })).length < count)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    type,
    mend: () => {
      broken = false;
    },
    handled: async (wanted: number) => {
      while (handled < wanted) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}

test('dead letters are listed with their reason, given again and forgotten', async () => {
  const { type, mend, handled } = await dead('reports', 3);
  const listed = await banyan('dead', '--bus', url, '--group', 'reports');
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, new RegExp(`reports {2}${type} .*1 attempt\\n {2}the printer burns`));
  const { json } = await banyan('dead', '--bus', url, '--type', type, '--json');
  const [first, second] = json() as { id: string }[];
  mend();
  const replayed = await banyan('replay', first!.id, '--bus', url);
  assert.deepEqual([replayed.code, replayed.stdout], [0, '1 message given again\n']);
  await handled(1);
  const dropped = await banyan('drop', second!.id, '--yes', '--bus', url, '--json');
  assert.deepEqual(dropped.json(), { dropped: 1 });
  assert.equal((await banyan('replay', '--group', 'reports', '--bus', url)).code, 0);
  await handled(2);
  assert.equal((await banyan('dead', '--bus', url)).stdout, 'there is no dead letter\n');
  assert.equal((await banyan('replay', '--group', 'reports', '--bus', url)).code, 1);
});

test('nothing is dropped that was not confirmed, and every mistake says how to fix it', async () => {
  const { code, stderr } = await banyan('drop', '--group', 'reports', '--bus', url);
  assert.equal(code, 2);
  assert.match(stderr, /hint: add --yes/);
  assert.match((await banyan('replay', '--bus', url)).stderr, /hint: give ids/);
  assert.match((await banyan('dead', '--bus', 'http://x')).stderr, /BUS_URL/);
  const away = await banyan('dead', '--bus', 'postgres://127.0.0.1:1/none');
  assert.equal(away.code, 3);
  assert.match(away.stderr, /the bus cannot be reached.*\n.*hint:/);
  assert.match((await banyan('dead', '--help')).stdout, /Examples:/);
});
