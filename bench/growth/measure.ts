import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { request } from 'undici';
import { cpuOf } from '../cpu.ts';
import { OWNERS, ownerOf } from './system.ts';
import type { World } from './world.ts';

/** Writes a second over all services, whatever their number. */
const RATE = 200;
/** Fenced steps of one service, half up and half back: so many that the slowest of them alone is no p99. */
const FENCES = 100;
const PART_MS = 10;
/** On a machine with other work all of it takes long, and is no less true. */
const LONGEST_MS = 600_000;

export type Growth = {
  services: number;
  writesPerSecond: number;
  /** Writes without success, from the start on: on a machine that cannot keep up the rest says little. */
  refused: number;
  /** Steps that were not made at first. */
  pauses: number;
  /** CPU of all WAL senders per thousand writes, ms. */
  decodingMs: number;
  monolithDecodingMs: number;
  applierPercent: number;
  applierMiB: number;
  controllerPercent: number;
  gatewayPercent: number;
  /** Of Banyan's processes and links. */
  connections: number;
  monolithConnections: number;
  slots: number;
  monolithSlots: number;
  fenceP50Ms: number;
  fenceP99Ms: number;
};

/** Everything at half of its users, writes at one rate, and one service that steps up and back. */
export async function measure(world: World, seconds: number): Promise<Growth> {
  const { monolith, control, services } = world.databases;
  const postgres = [monolith, control, ...Object.values(services)].map((url) => createPool(url, { max: 1 }));
  const traffic = startTraffic(world);
  try {
    await Promise.all(world.names.map((name) => reach(world, name, { stage: 'shadowing', share: 0 })));
    await Promise.all(world.names.map((name) => reach(world, name, { stage: 'canary', share: 5_000 })));
    await pause(2_000);
    const before = await cpuNow(world, postgres, traffic.writes());
    await pause(seconds * 1_000);
    const after = await cpuNow(world, postgres, traffic.writes());
    const wall = after.at - before.at;
    const writes = after.writes - before.writes;
    const percent = (name: keyof typeof after.processes) =>
      ((after.processes[name] - before.processes[name]) / wall) * 100;
    const fences = await fencesOf(world);
    const used = await Promise.all(postgres.map(usedOf));
    const sum = (of: (one: Used) => number) => used.reduce((all, one) => all + of(one), 0);
    return {
      services: world.names.length,
      writesPerSecond: (writes / wall) * 1_000,
      refused: traffic.refused(),
      pauses: world.pauses.length,
      decodingMs: ((after.senders - before.senders) / writes) * 1_000,
      monolithDecodingMs: ((after.monolithSenders - before.monolithSenders) / writes) * 1_000,
      applierPercent: percent('applier'),
      applierMiB: residentMiB(world.banyan.pids().applier!),
      controllerPercent: percent('controller'),
      gatewayPercent: percent('gateway'),
      connections: sum(({ connections }) => connections),
      monolithConnections: used[0]!.connections,
      slots: sum(({ slots }) => slots),
      monolithSlots: used[0]!.slots,
      fenceP50Ms: fences[Math.floor(fences.length / 2)]!,
      fenceP99Ms: fences[Math.ceil(fences.length * 0.99) - 1]!,
    };
  } finally {
    await traffic.stop();
    await Promise.all(postgres.map((pool) => pool.end()));
  }
}

/** Writes of all services in turn, by owners of both sides, and a few reads for shadowing to compare. */
function startTraffic({ gatewayUrl, names }: World): {
  writes(): number;
  refused(): number;
  stop(): Promise<void>;
} {
  const stopper = new AbortController();
  let sent = 0;
  let answered = 0;
  let refused = 0;
  const pending = new Set<Promise<void>>();
  const started = performance.now();
  const loop = async () => {
    while (!stopper.signal.aborted) {
      for (const due = ((performance.now() - started) / 1_000) * RATE; sent < due; sent++) {
        const one = ask(sent).then(() => void pending.delete(one));
        pending.add(one);
      }
      await pause(PART_MS);
    }
    await Promise.all(pending);
  };
  const ask = async (serial: number) => {
    const url = `${gatewayUrl}/${names[serial % names.length]}`;
    const headers = { 'x-owner': ownerOf(Math.floor(serial / names.length) % OWNERS) };
    const write = await request(url, { method: 'PUT', headers, body: `note ${serial}` });
    await write.body.dump();
    if (write.statusCode === 200) answered++;
    else refused++;
    if (Math.floor(serial / names.length) % 10 === 0) await (await request(url, { headers })).body.dump();
  };
  const ended = loop();
  ended.catch(() => {});
  return {
    writes: () => answered,
    refused: () => refused,
    async stop() {
      stopper.abort();
      await ended;
    },
  };
}

/** A pause is what an operator would look at: here it is counted, and gone on from. */
async function reach({ control, pauses }: World, service: string, target: Target): Promise<void> {
  await control.advance(service, target);
  const limit = performance.now() + LONGEST_MS;
  for (;;) {
    const status = (await control.status()).services.find((each) => each.service === service)!;
    if (status.stage === target.stage && status.share === target.share) return;
    if (status.paused) {
      pauses.push(`${service}: ${status.paused}`);
      await control.advance(service, target, { force: true });
    }
    if (performance.now() > limit) throw new Error(`${service} does not get on: ${status.message}`);
    await pause(100);
  }
}

/** How long each of them took, ms, ascending. */
async function fencesOf(world: World): Promise<number[]> {
  const service = world.names[0]!;
  for (let step = 0; step < FENCES; step++)
    await reach(world, service, { stage: 'canary', share: step % 2 === 0 ? 10_000 : 5_000 });
  const steps = await world.control.steps(service, FENCES);
  return steps.map(({ fenceMs }) => fenceMs ?? Number.NaN).sort((a, b) => a - b);
}

type CpuNow = {
  at: number;
  writes: number;
  senders: number;
  monolithSenders: number;
  processes: Record<'applier' | 'controller' | 'gateway', number>;
};

/** CPU milliseconds so far. */
async function cpuNow({ banyan }: World, postgres: readonly pg.Pool[], writes: number): Promise<CpuNow> {
  const senders = await Promise.all(postgres.map(sendersOf));
  const pids = banyan.pids();
  return {
    at: performance.now(),
    writes,
    senders: senders.reduce((sum, each) => sum + each, 0),
    monolithSenders: senders[0]!,
    processes: {
      applier: cpuOf(pids.applier!),
      controller: cpuOf(pids.controller!),
      gateway: familyOf(pids.gateway!).reduce((sum, pid) => sum + cpuOf(pid), 0),
    },
  };
}

/** Of those that read this database. */
async function sendersOf(db: pg.Pool): Promise<number> {
  const { rows } = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_replication JOIN pg_stat_activity USING (pid) WHERE datname = current_database()`,
  );
  return rows.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
}

type Used = { connections: number; slots: number };

/** Of this database; `app` is no part of Banyan. */
async function usedOf(db: pg.Pool): Promise<Used> {
  const { rows } = await db.query<Used>(
    `SELECT count(*) FILTER (WHERE application_name <> 'app')::int AS connections,
       (SELECT count(*)::int FROM pg_replication_slots WHERE database = current_database()) AS slots
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return rows[0]!;
}

/** A process and its children. */
function familyOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children];
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024;
}
