import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBackend, until } from './gateway.ts';

type Event = { kind: string; pid?: number; adminPort?: number; pids?: number[] };

/**
 * A gateway of two worker processes on one port, killed with the test. `start` is program text that returns a worker's
 * gateway on `port`: a cluster runs its main module again in each worker.
 */
export async function startTestCluster(t: TestContext, start: string, env: Record<string, string>) {
  // Inside the package, so that node resolves and strips types as it does for the package itself.
  const directory = mkdtempSync(fileURLToPath(new URL('../../.cluster-test-', import.meta.url)));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const main = `${directory}/main.ts`;
  writeFileSync(main, mainOf(start));
  const port = await freePort(t);
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env, PORT: String(port), NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const events: Event[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  await until(() => events.some(({ kind }) => kind === 'serving'));
  const { adminPort, pids } = events.find(({ kind }) => kind === 'serving')!;
  return {
    child,
    events,
    url: `http://127.0.0.1:${port}`,
    admin: `http://127.0.0.1:${adminPort}`,
    pids: pids!,
  };
}

const mainOf = (start: string) => `
  import { memorySource, postgresSource, runCluster, startGateway } from '${new URL('../index.ts', import.meta.url).href}';
  const port = Number(process.env.PORT);
  const cluster = await runCluster({
    workers: 2,
    adminPort: 0,
    token: process.env.TOKEN,
    start: () => {
      ${start}
    },
    onEvent: (event) => console.log(JSON.stringify(event)),
  });
  console.log(JSON.stringify({ kind: 'serving', adminPort: cluster.adminPort, pids: cluster.pids() }));
`;

async function freePort(t: TestContext): Promise<number> {
  const backend = await startBackend(t, 'port');
  await backend.stop();
  return backend.port;
}
