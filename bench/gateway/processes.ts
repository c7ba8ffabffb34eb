import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { type Contender, installed, writeConfig } from './contenders.ts';

const canPin = installed('taskset', '-V') && availableParallelism() > 1;

/** The command on one core, where that can be told. The proxy has core 0, load and upstream share core 1. */
export function pinned(core: number, command: string[]): string[] {
  return canPin ? ['taskset', '-c', String(core), ...command] : command;
}

export type Running = {
  port: number;
  /** CPU time used so far by the process and its children, in microseconds; null where /proc is not there. */
  cpuMicros: () => number | null;
  stop: () => Promise<void>;
};

/** Starts a contender on a free port of core `core`; resolves when it takes connections. */
export async function start(contender: Contender, core: number): Promise<Running> {
  const port = await freePort();
  writeConfig(contender, port);
  const command = pinned(core, contender.command);
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...contender.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    contender.readyBy === 'line' ? firstLine(child) : takesConnections(port),
    exited.then(() => Promise.reject(new Error(`${contender.name} ended before it was ready`))),
  ]);
  return {
    port,
    cpuMicros: () => (child.pid === undefined ? null : cpuMicrosOf(child.pid)),
    stop: async () => {
      // Not SIGKILL at once: nginx would leave its worker behind.
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Linux counts in ticks of 10 ms, whatever the kernel's own. */
const TICK_MICROS = 10_000;

function cpuMicrosOf(pid: number): number | null {
  try {
    const own = threadsMicrosOf(pid) ?? ticksMicrosOf(pid);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + (cpuMicrosOf(Number(child)) ?? 0), own);
  } catch {
    return null;
  }
}

/** To the nanosecond, from the scheduler; null where it keeps no account. Threads that have ended are not in it. */
function threadsMicrosOf(pid: number): number | null {
  try {
    const nanos = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]),
    );
    return nanos.reduce((sum, one) => sum + one, 0) / 1_000;
  } catch {
    return null;
  }
}

function ticksMicrosOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** CPU time that core `core` has spent so far, on whatever, in microseconds; null where /proc is not there. */
export function busyMicros(core: number): number | null {
  try {
    const line = readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`cpu${core} `));
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line!
      .split(' ')
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) * TICK_MICROS;
  } catch {
    return null;
  }
}

function firstLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => createInterface({ input: child.stdout! }).once('line', () => resolve()));
}

async function takesConnections(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
