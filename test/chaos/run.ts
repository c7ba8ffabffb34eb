import { join } from 'node:path';
import type { ServiceStatus } from '@banyan/banyan/operate';
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
  unbalanced,
  unlessAborted,
} from '@banyan/harness/run';
import { createPool } from '@banyan/postgres';
import { seeded } from '../random.ts';
import { drive, labelOf } from './drive.ts';
import { healed, type Kill, startKiller } from './killer.ts';
import { settleDown, settleVerified } from './settle.ts';
import { victimsOf } from './victims.ts';

export type ChaosOptions = {
  system: System;
  /** Those that move; the others are not started, the monolith serves their users. Default: all of the system. */
  services?: readonly string[];
  seed: number;
  directory: string;
  /** How long the story may take while things are killed, ms; as many times longer as the machine is slower than the tour is made for. */
  chaosMs: number;
  beside?: Beside;
  onEvent?: (text: string) => void;
  /** Gives up: all that was started is ended, and it rejects with the signal's reason. */
  signal?: AbortSignal;
};

/** What a system has beside its rows. */
export type Beside = {
  /** Goes wrong beside the kills, until the function is called that it gives. */
  trouble(environment: Environment, random: () => number): () => Promise<void>;
  /** When nothing is killed and nobody writes any more: what is not as it should be, or does not become so in time. `figures`: what was looked at. */
  check(
    environment: Environment,
    services: ServiceStatus[],
    limitMs: number,
  ): Promise<{ figures: Record<string, number>; problems: string[] }>;
};

export type ChaosResult = {
  seed: number;
  kills: Kill[];
  requests: number;
  failures: number;
  audit: AuditResult;
  facts: FactsResult;
  /** What of the system was looked at beside its rows. */
  beside: Record<string, number>;
  endings: Record<string, string>;
  /** Empty: every invariant held. */
  problems: string[];
};

/**
 * A quick rollout: every stage is passed in seconds. Rows are compared as soon as they are there, and anew at a third of their age: what a busy machine
 * takes for that has to be less than the rest of it, or no step is ever made.
 */
const PACE = {
  OBSERVE_SECONDS: '1',
  MIN_REQUESTS: '3',
  MIN_COMPARED: '20',
  VERIFICATION_AGE_SECONDS: '60',
  STEPS: '10%,50%,100%',
};
const USERS = 400;
/** A killed process of an operating system that goes on loses no write to its files. */
const SETTINGS = { fsync: 'off' };
const HEAL_MS = 60_000;
/** Of the tour's requests: processes that start again take their share of the machine. */
const RATE = 0.6;
/** How often something is killed while what was killed before it still starts. */
const TOGETHER = 0.3;

/**
 * A whole migration while processes are killed at random moments: services forward, some of them back and forward again.
 * Requests may fail then; an acknowledged write may never be lost, doubled or resurrected, both sides must be equal
 * in the end, and each service must stand where it was sent, or back at the monolith with the reason told.
 */
export async function runChaos({
  system,
  services: moved = system.services,
  seed,
  directory,
  chaosMs,
  beside,
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
    const victims = victimsOf(environment, random);
    // A machine that is busy by now takes longer to start what was killed: the stages need moments in which all of it runs.
    const afterWork = async () => void (random() < TOGETHER || (await healed(victims).catch(() => {})));
    const killer = startKiller(victims, { random, patience, afterWork }, (kill) => {
      kills.push(kill);
      onEvent(`kill -9 ${kill.victim} (${kill.pid})`);
    });
    // It would start services again that are being stopped.
    closing.push(killer.stop);
    const endTrouble = beside?.trouble(environment, random);
    if (endTrouble) closing.push(endTrouble);
    const driver = drive({
      control: environment.control,
      services: moved.map((_, index) => moved[(seed - 1 + index) % moved.length]!),
      goesBack: moved.includes(system.goesBack) ? system.goesBack : moved.at(-1)!,
      chaosMs: chaosMs * patience,
      onEvent,
    });
    await given(driver.story);
    await killer.stop();
    await endTrouble?.();
    onEvent('no more kills');
    const problems: string[] = [];
    const rest = { aims: driver.aims, healMs };
    await given(settleDown(environment.control, rest, problems));
    const figures = await load.stop();
    const services = await given(settleVerified(environment.control, rest, problems));
    const books = beside && (await given(beside.check(environment, services, healMs)));
    problems.push(...(books?.problems ?? []));
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
      beside: books?.figures ?? {},
      endings: Object.fromEntries(services.map((one) => [one.service, labelOf(one)])),
      problems,
    };
  } finally {
    for (const close of closing.reverse()) await close();
    await environment.stop();
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
      const where = `on ${index === 0 ? 'the owners' : 'the monolith'}`;
      if (unbalanced(result.balances) > 0) problems.push(`${where}: ${JSON.stringify(result.balances)}`);
      if (result.acknowledged === 0) problems.push('no write was acknowledged: nothing is proven');
      if (result.lost + result.doubled + result.resurrected > 0)
        problems.push(
          `${where}: ${result.lost} lost, ${result.doubled} doubled, ${result.resurrected} resurrected: ${result.problems.slice(0, 5).join('; ')}`,
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
