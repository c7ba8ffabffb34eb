import { join } from 'node:path';
import { type ControlClient, FULL_SHARE, type ServiceStatus, type Target } from '@banyan/banyan/operate';
import type { System } from '@banyan/harness';
import {
  type AuditResult,
  audit,
  auditFacts,
  type Environment,
  type FactsListener,
  type FactsResult,
  listenToFacts,
  loadsOf,
  measureSpeed,
  scaleFor,
  sidesOf,
  spawnLoad,
  startEnvironment,
  unlessAborted,
} from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import { seeded } from '../random.ts';
import { type Kill, startKiller } from './killer.ts';
import { victimsOf } from './victims.ts';

export type ChaosOptions = {
  system: System;
  /** Those that move; the others are not started, the monolith serves their users. Default: all of the system. */
  services?: readonly string[];
  seed: number;
  directory: string;
  /** How long the story may take while things are killed, ms; as many times longer as the machine is slower than the tour is made for. */
  chaosMs: number;
  onEvent?: (text: string) => void;
  /** Gives up: all that was started is ended, and it rejects with the signal's reason. */
  signal?: AbortSignal;
};

export type ChaosResult = {
  seed: number;
  kills: Kill[];
  requests: number;
  failures: number;
  audit: AuditResult;
  facts: FactsResult;
  endings: Record<string, string>;
  /** Empty: every invariant held. */
  problems: string[];
};

/** A quick rollout: every stage is passed in seconds. */
const PACE = {
  OBSERVE_SECONDS: '1',
  MIN_REQUESTS: '3',
  MIN_COMPARED: '20',
  VERIFICATION_AGE_SECONDS: '9',
  STEPS: '10%,50%,100%',
};
const USERS = 400;
/** A killed process of an operating system that goes on loses no write to its files. */
const SETTINGS = { fsync: 'off' };
const HEAL_MS = 60_000;
/** Of the tour's requests: processes that start again take their share of the machine. */
const RATE = 0.6;

/**
 * A whole migration while processes are killed at random moments: services forward, one of them back and forward again.
 * Requests may fail then; an acknowledged write may never be lost, doubled or resurrected, both sides must be equal
 * in the end, and each service must stand where it was sent, or back at the monolith with the reason told.
 */
export async function runChaos({
  system,
  services: moved = system.services,
  seed,
  directory,
  chaosMs,
  signal,
  onEvent = () => {},
}: ChaosOptions): Promise<ChaosResult> {
  const random = seeded(seed);
  const { rate, patience } = scaleFor(await measureSpeed(), {});
  const ratePerSecond = Math.round(rate * RATE);
  const healMs = HEAL_MS * patience;
  onEvent(`${ratePerSecond} requests a second; all that takes time has ${patience.toFixed(1)} times as much`);
  const given = <T>(work: Promise<T>) => unlessAborted(signal, work);
  const environment = await startEnvironment({
    system,
    services: moved,
    directory,
    signal,
    users: USERS,
    seed,
    settings: SETTINGS,
    // Every second seed goes on in spite of failures, so that the later stages see kills too; the others go back.
    pace: { ...PACE, MAX_FAILURE_RATIO: seed % 2 === 0 ? '0.2' : '1' },
    onRestart: (name) => onEvent(`${name} started again`),
  });
  const journal = join(directory, 'journal.jsonl');
  const kills: Kill[] = [];
  const closing: Array<() => Promise<void>> = [];
  try {
    const listener = await listenToFacts(environment.busUrl, await loadsOf(system));
    closing.push(listener.stop);
    const load = await spawnLoad({
      system,
      gatewayUrl: environment.gatewayUrl,
      journalFile: journal,
      users: USERS,
      secret: environment.secret,
      rows: environment.rows,
      ratePerSecond,
      seed,
      timeoutMs: 8_000 * patience,
      signal,
    });
    const killer = startKiller(victimsOf(environment, random), { random, patience }, (kill) => {
      kills.push(kill);
      onEvent(`kill -9 ${kill.victim} (${kill.pid})`);
    });
    // It would start services again that are being stopped.
    closing.push(killer.stop);
    const driver = drive(environment, { first: seed - 1, chaosMs: chaosMs * patience, onEvent });
    await given(driver.story);
    await killer.stop();
    onEvent('no more kills');
    const problems: string[] = [];
    const services = await given(settleDown(environment.control, { aims: driver.aims, healMs }, problems));
    const figures = await load.stop();
    await given(verifyAll(environment.control, { services, healMs }, problems));
    const result = await given(
      auditAll(environment, { journal, listener, limitMs: healMs }, services, problems),
    );
    if (figures.violations.count > 0)
      problems.push(
        `${figures.violations.count} reads did not show their user's last write: ${JSON.stringify(figures.violations.samples.slice(0, 3))}`,
      );
    return {
      seed,
      kills,
      requests: figures.requests,
      failures: figures.failures,
      ...result,
      endings: Object.fromEntries(services.map((one) => [one.service, labelOf(one)])),
      problems,
    };
  } finally {
    for (const close of closing.reverse()) await close();
    await environment.stop();
  }
}

type Drive = { first: number; chaosMs: number; onEvent: (text: string) => void };

/**
 * Sends the services on their way, again and again if nobody answers, and stops after `chaosMs` wherever they are: whichever
 * of them is the first one is sure to see kills.
 */
function drive(environment: Environment, { first, chaosMs, onEvent }: Drive) {
  const { system, control } = environment;
  const services = [...environment.services.keys()];
  const order = services.map((_, index) => services[(first + index) % services.length]!);
  const goesBack = services.includes(system.goesBack) ? system.goesBack : services.at(-1);
  const migrated: Target = { stage: 'migrated', share: FULL_SHARE };
  const aims: Record<string, Target> = {};
  const deadline = performance.now() + chaosMs;
  return { aims, story: story() };

  async function story(): Promise<void> {
    for (const service of order) {
      if (service === goesBack) await backOnce(service);
      await send(service, migrated);
      await reach(service, (one) => one.stage === 'migrated');
    }
  }

  async function backOnce(service: string): Promise<void> {
    await send(service, migrated);
    await reach(service, (one) => one.share >= 1_000);
    aims[service] = { stage: 'monolith', share: 0 };
    await insist(() => control.rollback(service, 'chaos goes back once'));
    await reach(service, (one) => one.stage === 'monolith');
  }

  async function send(service: string, target: Target): Promise<void> {
    aims[service] = target;
    await insist(() => control.advance(service, target));
  }

  /** A rollout that went back by itself, or paused, is sent on its way again, as an operator would. */
  async function reach(service: string, there: (status: ServiceStatus) => boolean): Promise<void> {
    let last = '';
    while (performance.now() < deadline) {
      const status = await statusOf(service);
      if (status) {
        const label = `${service}: ${labelOf(status)}`;
        if (label !== last) onEvent(label);
        last = label;
        if (there(status)) return;
        const aim = aims[service]!;
        if (status.paused && (status.target.stage !== aim.stage || status.stage !== aim.stage)) {
          onEvent(`${service} paused: ${status.paused}`);
          await pauseFor(500);
          await insist(() => control.advance(service, aim));
        }
      }
      await pauseFor(100);
    }
  }

  async function statusOf(service: string): Promise<ServiceStatus | undefined> {
    try {
      return (await control.status()).services.find((one) => one.service === service);
    } catch {
      return undefined;
    }
  }

  async function insist(call: () => Promise<unknown>): Promise<void> {
    while (performance.now() < deadline) {
      try {
        await call();
        return;
      } catch {
        await pauseFor(100);
      }
    }
  }
}

/** With the kills over, everything must come to rest where it was sent, or back at the monolith. */
async function settleDown(
  control: ControlClient,
  { aims, healMs }: { aims: Record<string, Target>; healMs: number },
  problems: string[],
): Promise<ServiceStatus[]> {
  const deadline = performance.now() + healMs;
  for (;;) {
    const services = await control.status().then(
      ({ services }) => services,
      () => [],
    );
    const resting = services.filter((one) => atRest(one, aims[one.service]));
    if (services.length > 0 && resting.length === services.length) return services;
    if (performance.now() > deadline) {
      for (const one of services.filter((candidate) => !resting.includes(candidate)))
        problems.push(
          `${one.service} does not come to rest: at ${labelOf(one)} on its way to ${one.target.stage}: ${one.message}`,
        );
      return services;
    }
    await pauseFor(100);
  }
}

function atRest(status: ServiceStatus, aim: Target | undefined): boolean {
  if (status.stage === 'monolith' && (!aim || status.target.stage === 'monolith')) return true;
  const linked = status.links.every((link) => link.state === 'streaming' || link.state === 'off');
  if (status.paused && status.stage !== status.target.stage)
    return linked && status.target.stage !== 'monolith';
  const there =
    status.stage === status.target.stage &&
    (status.stage !== 'canary' || status.share === status.target.share);
  return there && linked;
}

async function verifyAll(
  control: ControlClient,
  { services, healMs }: { services: ServiceStatus[]; healMs: number },
  problems: string[],
): Promise<void> {
  for (const { service, stage, links } of services) {
    // One that takes over no table has no links, and nothing to compare.
    if (stage === 'monolith' || links.length === 0) continue;
    const deadline = performance.now() + healMs;
    const id = await startVerification(control, service, deadline);
    for (;;) {
      const run = await control.verification(id);
      if (run.state === 'done') {
        for (const table of run.tables)
          if (table.verdict !== 'CONSISTENT')
            problems.push(
              `${service} ${table.table} is ${table.verdict}: ${JSON.stringify(table.sample.slice(0, 3))}`,
            );
        break;
      }
      if (run.state === 'failed' || performance.now() > deadline) {
        problems.push(`verification of ${service} is ${run.state}: ${run.error}`);
        break;
      }
      await pauseFor(50);
    }
  }
}

/** The status of an applier that was killed a moment ago is a moment old: its links may not stream yet. */
async function startVerification(control: ControlClient, service: string, deadline: number): Promise<number> {
  for (;;) {
    try {
      return (await control.startVerification(service, false)).id;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pauseFor(100);
    }
  }
}

/** Each side that must have the writes is audited: the owner, and the other one as long as rows flow to it. */
async function auditAll(
  { system, databases, control }: Environment,
  { journal, listener, limitMs }: { journal: string; listener: FactsListener; limitMs: number },
  services: ServiceStatus[],
  problems: string[],
): Promise<Pick<ChaosResult, 'audit' | 'facts'>> {
  const loads = await loadsOf(system);
  const pools = new Map([...databases].map(([name, url]) => [name, createPool(url, { max: 2 })]));
  try {
    const results: AuditResult[] = [];
    for (const sides of sidesOf(services, [...loads.keys()], pools))
      results.push(await audit({ journal, loads, sides }));
    for (const [index, result] of results.entries()) {
      if (result.acknowledged === 0) problems.push('no write was acknowledged: nothing is proven');
      if (result.lost + result.doubled + result.resurrected > 0)
        problems.push(
          `on ${index === 0 ? 'the owners' : 'the monolith'}: ${result.lost} lost, ${result.doubled} doubled, ${result.resurrected} resurrected: ${result.problems.slice(0, 5).join('; ')}`,
        );
    }
    const facts = await auditFacts({ journal, loads, listener, control, databases: pools, limitMs });
    if (facts.missing + facts.doubled > 0)
      problems.push(
        `facts: ${facts.missing} missing, ${facts.doubled} doubled: ${facts.problems.slice(0, 5).join('; ')}`,
      );
    return { audit: results[0]!, facts };
  } finally {
    await Promise.all([...pools.values()].map((pool) => pool.end()));
  }
}

function labelOf({ stage, share }: ServiceStatus): string {
  return stage === 'canary' ? `canary ${share / 100}%` : stage;
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
