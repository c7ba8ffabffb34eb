import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { startTestCluster } from '../testing/cluster.ts';
import { startBackend, tableOf, until } from '../testing/gateway.ts';

const START = `
  process.on('SIGUSR2', () => {
    if (process.env.FAULT === 'rejection') Promise.reject(new Error('nobody caught this'));
    else throw new Error('nobody caught this');
  });
  return startGateway({ source: memorySource(JSON.parse(process.env.TABLE)), port });
`;

function startCluster(t: TestContext, table: object, fault = 'exception') {
  return startTestCluster(t, START, { TABLE: JSON.stringify(table), FAULT: fault });
}

test('workers share a port, are replaced when they die, and drain on SIGTERM', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const { child, events, url, admin, pids } = await startCluster(
    t,
    tableOf({ monolith: monolith.url }, 0, []),
  );
  assert.equal(pids.length, 2);
  const get = () => fetch(url, { headers: { connection: 'close' } }).then((response) => response.status);
  for (let i = 0; i < 10; i++) assert.equal(await get(), 200);
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  assert.match(metrics, /requests_total\{.*status="2xx".*\} 10/, 'summed over the workers');

  process.kill(pids[0]!, 'SIGKILL');
  await until(() => events.filter(({ kind }) => kind === 'worker-started').length === 3);
  assert.ok(events.some(({ kind, pid }) => kind === 'worker-died' && pid === pids[0]));
  for (let i = 0; i < 10; i++) assert.equal(await get(), 200);

  let finish = () => {};
  monolith.answer = (req, res) => {
    if (req.url !== '/slow') res.end();
    else finish = () => res.end('done');
  };
  const before = monolith.seen.length;
  const inFlight = fetch(`${url}/slow`).then((response) => response.text());
  await until(() => monolith.seen.length > before);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  // A connection that the primary has taken but no worker will is not served either.
  const taken = () => fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(200) });
  await until(() =>
    taken().then(
      () => false,
      () => true,
    ),
  );
  finish();
  assert.equal(await inFlight, 'done');
  assert.deepEqual(await exited, [0, null]);
});

for (const fault of ['exception', 'rejection']) {
  test(`a worker with an ${fault} that nobody caught is replaced, and serves whom it has to the end`, async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const held: (() => void)[] = [];
    monolith.answer = (req, res) => {
      if (req.url !== '/slow') res.end();
      else held.push(() => res.end('done'));
    };
    const table = tableOf({ monolith: monolith.url }, 0, []);
    table.monolith.timeoutMs = 60_000;
    const { child, events, url, pids } = await startCluster(t, table, fault);
    const slow = [1, 2, 3, 4].map(() => fetch(`${url}/slow`).then((response) => response.text()));
    await until(() => held.length === slow.length);
    for (const pid of pids) process.kill(pid, 'SIGUSR2');
    await until(() => events.filter(({ kind }) => kind === 'worker-started').length === 4);
    assert.equal(events.filter(({ kind }) => kind === 'worker-failing').length, 2);
    assert.ok(!events.some(({ kind }) => kind === 'worker-died'), 'they drain first');
    const status = await fetch(url, { headers: { connection: 'close' } }).then((response) => response.status);
    assert.equal(status, 200);
    for (const release of held) release();
    assert.deepEqual(
      await Promise.all(slow),
      slow.map(() => 'done'),
    );
    await until(() => events.filter(({ kind }) => kind === 'worker-died').length === 2);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    assert.equal(events.filter(({ kind }) => kind === 'worker-started').length, 4);
  });
}

/** Whoever has a worker's channel to the primary keeps it open: that the worker is disconnected is then told after that it is gone. */
const WITH_HEIR = `
  import('node:child_process').then(({ spawn }) => {
    const heir = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', process.channel.fd], detached: true });
    console.log(JSON.stringify({ kind: 'heir', pid: heir.pid }));
  });
  ${START}
`;

test('a worker that is gone before it is disconnected keeps nobody from ending', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const table = JSON.stringify(tableOf({ monolith: monolith.url }, 0, []));
  const { child, events, pids } = await startTestCluster(t, WITH_HEIR, { TABLE: table });
  const heirs = () => events.filter(({ kind }) => kind === 'heir');
  t.after(() => {
    for (const { pid } of heirs()) process.kill(pid!, 'SIGKILL');
  });
  await until(() => heirs().length === 2);
  process.kill(pids[0]!, 'SIGKILL');
  await until(() => events.some(({ kind, pid }) => kind === 'worker-died' && pid === pids[0]));
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('workers share one rate limit, to within a second', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const table = tableOf({ monolith: monolith.url }, 0, [], { rateLimit: { perMinute: 20, perHour: 1_000 } });
  const { child, url } = await startCluster(t, table);
  const get = () => fetch(url, { headers: { connection: 'close' } }).then((response) => response.status);
  let passed = 0;
  await until(async () => {
    // Ten of two workers can be counted twice at most; then what one counts has reached the other.
    const status = await get();
    if (status === 200) passed++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return status === 429;
  });
  assert.ok(passed >= 20 && passed <= 32, `${passed} passed`);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
});
