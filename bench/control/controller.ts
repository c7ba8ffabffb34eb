import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTROLLER_FLAGS, ControlClient, freePort } from '@banyan/banyan/operate';

export type ControllerProcess = { pid: number; client: ControlClient; stop(): Promise<void> };

/** The controller as `banyan up` starts it: a process of its own, whose figures are nobody else's. */
export async function startControllerProcess(
  databases: Record<'control' | 'monolith' | 'services', string>,
  profileInto: string | null,
): Promise<ControllerProcess> {
  const port = await freePort();
  const token = randomUUID();
  const operate = fileURLToPath(import.meta.resolve('@banyan/banyan/operate'));
  const child = fork(join(operate, '../control/main.ts'), {
    execArgv: [
      ...CONTROLLER_FLAGS,
      ...(profileInto === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileInto}`]),
    ],
    env: {
      ...process.env,
      BENCH_CONTROL: databases.control,
      BENCH_MONOLITH: databases.monolith,
      BENCH_SERVICES: databases.services,
      BENCH_PORT: String(port),
      BANYAN_CONFIG: join(import.meta.dirname, 'banyan.config.ts'),
      BANYAN_TOKEN: token,
      BANYAN_APPLIER_URL: 'http://127.0.0.1:1',
      BANYAN_LOG_LEVEL: 'silent',
    },
  });
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => message === 'ready' && resolve());
    child.once('exit', () => reject(new Error('the controller did not start')));
  });
  return {
    pid: child.pid!,
    client: new ControlClient(`http://127.0.0.1:${port}`, token),
    stop: () => end(child),
  };
}

export async function end(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
