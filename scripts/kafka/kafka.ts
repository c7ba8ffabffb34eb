/**
 * A real Kafka broker for tests and benchmarks: one node in KRaft mode on free loopback ports, its jars from Maven Central
 * (kept under .banyan/, some 45 MB), its data in a temp directory that goes with it.
 *
 * `node scripts/kafka/kafka.ts` starts one and prints its address; Ctrl-C ends it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from '@banyan/postgres/free-port';

export type Kafka = {
  /** As clients take it, e.g. 127.0.0.1:41233. */
  address: string;
  /** `kill -9`, and up again at the same address with what it had. */
  restart(): Promise<void>;
  /** The first half of that. */
  down(): Promise<void>;
  /** The second half. */
  up(): Promise<void>;
  /** Ends the broker and removes its data. */
  stop(): Promise<void>;
};

/** Why there can be no broker on this machine; undefined if there can. Tests that need one say it when they skip. */
export async function kafkaMissing(): Promise<string | undefined> {
  const java = await output('java', ['-version']);
  if (java === undefined) return 'java is not installed';
  const major = Number(/version "(\d+)/.exec(java)?.[1]);
  if (!(major >= 17)) return `Kafka 4 needs Java 17 or later, this is ${major}`;
  if (!existsSync(JARS) && (await output('mvn', ['-version'])) === undefined) return 'mvn is not installed';
  return undefined;
}

/** Throws with the broker's last words if it does not come up. */
export async function startKafka(): Promise<Kafka> {
  await resolveJars();
  const directory = mkdtempSync(join(tmpdir(), 'banyan-kafka-'));
  // Both are listened on again after a restart.
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = join(directory, 'server.properties');
  writeFileSync(config, properties(directory, port, controllerPort));
  await run('java', [...JVM, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config]);
  const start = () => spawn('java', [...JVM, 'kafka.Kafka', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let broker = start();
  const tether = () => {
    broker.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', tether);
  const stop = async () => {
    process.removeListener('exit', tether);
    await end(broker);
    rmSync(directory, { recursive: true, force: true });
  };
  const down = () => end(broker);
  const up = async () => {
    broker = start();
    await started(broker);
  };
  const restart = async () => {
    await down();
    await up();
  };
  try {
    await started(broker);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, restart, down, up, stop };
}

const run = promisify(execFile);
const VERSION = '4.1.1';
const JARS = join(import.meta.dirname, '..', '..', '.banyan', `kafka-${VERSION}`);
/** Small and quick to start: what a test sends would fit a thousand times. */
const JVM = [
  ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  ...['-cp', join(JARS, '*')],
];
const CLUSTER_ID = 'YmFueWFuLWthZmthLXRlcw';

/** Whoever is first resolves them, beside the place where they shall be, and moves them there when they are whole. */
async function resolveJars(): Promise<void> {
  if (existsSync(JARS)) return;
  mkdirSync(dirname(JARS), { recursive: true });
  const draft = mkdtempSync(`${JARS}-`);
  const pom = join(import.meta.dirname, 'pom.xml');
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
  try {
    await run('mvn', args);
    renameSync(draft, JARS);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(JARS)) throw error;
  }
}

function properties(directory: string, port: number, controllerPort: number): string {
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'auto.create.topics.enable': 'false',
    'num.partitions': '3',
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function started(broker: ChildProcess): Promise<void> {
  const last: string[] = [];
  const lines = [broker.stdout!, broker.stderr!].map((input) => createInterface({ input }));
  await new Promise<void>((resolve, reject) => {
    for (const reader of lines) {
      reader.on('line', (line) => {
        last.push(line);
        if (last.length > 20) last.shift();
        if (line.includes('Kafka Server started')) resolve();
      });
    }
    broker.once('error', reject);
    broker.once('exit', (code) => reject(new Error(`Kafka ended with ${code}:\n${last.join('\n')}`)));
  });
}

async function end(broker: ChildProcess): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const exited = new Promise((resolve) => broker.once('exit', resolve));
  // Nothing of its data is kept, so there is nothing that it should do before.
  broker.kill('SIGKILL');
  await exited;
}

/** What a command prints, undefined if there is no such command. */
async function output(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, args);
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const missing = await kafkaMissing();
  if (missing) {
    console.error(`There can be no Kafka here: ${missing}.`);
    process.exit(2);
  }
  const kafka = await startKafka();
  console.log(`Kafka listens at ${kafka.address}; Ctrl-C ends it.`);
  process.once('SIGINT', () => void kafka.stop());
  process.once('SIGTERM', () => void kafka.stop());
}
