import {
  type Control,
  ControlError,
  FULL_SHARE,
  type ServiceStatus,
  type Stage,
  wentBack,
} from '@banyan/banyan/operate';
import { begin, type Goal, limitsFor, nextMove, reasonOf, setBack } from './progress.ts';
import { noticeWaysBack, type WayBack } from './ways-back.ts';

export type StoryOptions = {
  /** In the order in which they leave the monolith. */
  services: readonly string[];
  /** The one that goes back once at half of its users, and the one that is retired; left out: none. */
  goesBack?: string;
  retires?: string;
  /** All go back to the monolith in the end, the last one first. Default: they stay. */
  endsBack?: boolean;
  /** How long each stage is held under load, ms. Default 8,000, and 10,000 for the first. */
  holdMs?: number;
  /**
   * What has not come about by then is left out, ms. Default a quarter of an hour, or 3 minutes for each service if
   * that is more, and 5 minutes for each step of the story.
   */
  longestMs?: number;
  control: Pick<Control, 'status' | 'advance' | 'rollback' | 'retire' | 'startVerification' | 'verification'>;
  /** Told the name of the load's stage whenever a service reaches another. */
  onStage: (name: string) => void;
  /** Told at every change of stage, and with every look at the status. */
  onEvent: (text: string) => void;
  onStatus: (services: ServiceStatus[]) => void;
  /** Told each service that goes back by itself, whosever turn it is. */
  onWentBack?: (way: WayBack) => void;
  /** Called when those that are migrated are about to go back, and the load goes on. */
  proveMigrated?: () => Promise<void>;
  /** Told each service whose rows were all compared in the end. */
  onVerified?: (service: string) => void;
  /** Called when a service is back at the monolith and the load goes on. */
  proveGoingBack: (service: string) => Promise<void>;
  /** How many times slower than the machine the tour was made for. Default 1. */
  patience?: number;
  signal: AbortSignal;
  clock?: StoryClock;
};

type StoryClock = { now: () => number; sleep: (ms: number) => Promise<void> };

/** How often the status is asked for, ms: stages are told apart this exactly. */
const LOOK_MS = 400;
/** All other stages are held against the first one: its p95 is of more requests than theirs, ms. */
const FIRST_MS = 10_000;
/** Long enough that a stage's p95 tells of the stage, and not of the fifth of a second in which it began, ms. */
export const STAGE_MS = 8_000;
/** What has not come about by then is left out, however slow the machine is, ms. */
const LONGEST_STORY_MS = 15 * 60_000;
/** Where there are many, each with nine stages and more, ms. */
const LONGEST_OF_SERVICE_MS = 3 * 60_000;
const LONGEST_BACK_MS = 2 * 60_000;

/**
 * What happens in the tour, in order. The load goes on all the time. Gives what did not come about: a service that went back
 * by itself is part of the story, and what it does not reach in the end is left out.
 */
export async function tellStory(options: StoryOptions): Promise<string[]> {
  const { services, goesBack, retires, onEvent, proveGoingBack, holdMs } = options;
  const stageMs = holdMs ?? STAGE_MS;
  const story = storyteller(options);
  const groups = leavingTogether(services, await story.statuses());
  const migrated: string[] = [];

  onEvent('Everything is on the monolith.');
  await story.linger(services[0]!, holdMs ?? FIRST_MS);

  for (const [index, group] of groups.entries()) {
    const service = group[0]!;
    const leave = `${group.join(' and ')} ${verb(index === 0 ? 'leave' : 'follow', group)}`;
    if (goesBack !== undefined && group.includes(goesBack)) {
      onEvent(`${leave}, to half of ${group.length === 1 ? 'its' : 'their'} users …`);
      if (await story.reach({ service, stage: 'canary', share: 5_000 })) {
        await story.linger(service, stageMs);
        onEvent(`… and ${verb('go', group)} back: every write is on the monolith before the switch.`);
        if (await story.reach({ service, stage: 'monolith' })) {
          for (const each of group) await proveGoingBack(each);
          await story.linger(service, stageMs);
        }
      }
      onEvent(`${group.join(' and ')} ${verb('move', group)} forward again, all the way.`);
    } else if (group.length === 1) onEvent(`${leave}: copy, compare, then more and more of its users.`);
    else onEvent(`${leave} together: each step is one step of all of them.`);
    if (!(await story.reach({ service, stage: 'migrated' }))) continue;
    migrated.push(...group);
    await story.linger(service, stageMs);
  }

  if (migrated.length > 0) onEvent('Every row is compared once more, on both sides.');
  for (const service of migrated) {
    await story.verify(service);
    options.onVerified?.(service);
  }
  if (retires !== undefined && migrated.includes(retires)) {
    const others = migrated.filter((service) => service !== retires);
    const stay =
      others.length === 0
        ? ''
        : ` ${others.join(', ')} ${others.length === 1 ? 'stays' : 'stay'} migrated, ready to go back.`;
    onEvent(`${retires} is retired: the one stage with no way back.${stay}`);
    if (await story.reach({ service: retires, stage: 'retired' })) await story.linger(retires, stageMs);
  }
  if (options.endsBack) {
    if (migrated.length > 0) await options.proveMigrated?.();
    onEvent('All go back to the monolith.');
    // Those that did not get all the way too.
    for (const group of groups.toReversed()) {
      const service = group[0]!;
      const isBack = await story.reach({ service, stage: 'monolith' });
      if (!isBack || !migrated.includes(service)) continue;
      for (const each of group) await proveGoingBack(each);
      await story.linger(service, stageMs);
    }
  }
  return story.unfinished;
}

/** In their order, with each those that leave in one step with it. */
export function leavingTogether(
  services: readonly string[],
  statuses: readonly Pick<ServiceStatus, 'service' | 'together'>[],
): string[][] {
  const groups: string[][] = [];
  for (const name of services) {
    if (groups.some((group) => group.includes(name))) continue;
    const others = statuses.find(({ service }) => service === name)?.together ?? [];
    groups.push([name, ...services.filter((other) => others.includes(other))]);
  }
  return groups;
}

function verb(of: 'leave' | 'follow' | 'go' | 'move', group: readonly string[]): string {
  if (group.length > 1) return of;
  return of === 'go' ? 'goes' : `${of}s`;
}

/** A service without links has no rows that the monolith has too. */
function takesNoTable({ stage, links }: ServiceStatus): boolean {
  return stage === 'migrated' && links.length === 0;
}

function storyteller(options: StoryOptions) {
  const { control, onEvent, onStage, onStatus, signal, patience = 1 } = options;
  const { now, sleep } = options.clock ?? REAL_CLOCK;
  const limits = limitsFor(patience, options.longestMs);
  const longestMs = Math.max(LONGEST_STORY_MS, options.services.length * LONGEST_OF_SERVICE_MS);
  const storyEnds = now() + (options.longestMs ?? longestMs);
  const told = new Map<string, string>();
  const unfinished: string[] = [];
  const waysBack = noticeWaysBack();
  /** Whose turn it is: what it does is told with its way. */
  let moving: string | undefined;

  return { unfinished, reach, linger, verify, statuses };

  /** Brings the service to the goal, over setbacks; false when it has to be given up, which is told. */
  async function reach(goal: Goal): Promise<boolean> {
    let progress = begin(now());
    // Going back has time of its own: nobody is left behind because the way there took long.
    const leftMs = Math.max(storyEnds - now(), goal.stage === 'monolith' ? LONGEST_BACK_MS : 0);
    const longestMs = Math.min(limits.longestMs, leftMs);
    for (;;) {
      const status = await look(goal.service);
      let next = nextMove(goal, status, progress, now(), { ...limits, longestMs });
      if (next.move.do === 'ask') {
        const refused = await ask(goal, status);
        if (refused) next = setBack(goal, next.progress, `cannot yet: ${refused}`, now(), limits);
      }
      progress = next.progress;
      if (next.say) onEvent(next.say);
      if (next.move.do === 'arrived') return true;
      if (next.move.do === 'giveUp') {
        giveUp(`${goal.service} did not get to ${nameOf(goal)}: ${next.move.why}`);
        return false;
      }
      await sleep(LOOK_MS);
    }
  }

  async function linger(service: string, ms: number): Promise<void> {
    const end = now() + ms;
    while (now() < end) {
      await look(service);
      await sleep(LOOK_MS);
    }
  }

  /** Compares all rows of a service. One that went back by itself meanwhile has to come again first. */
  async function verify(service: string): Promise<void> {
    const goal: Goal = { service, stage: 'migrated' };
    if (takesNoTable(await look(service))) return;
    let progress = begin(now());
    for (;;) {
      const failed = await verifyOnce(service);
      if (failed === null) return;
      const status = await look(service);
      const why = status.paused === null ? `cannot be verified: ${failed}` : reasonOf(status);
      const next = setBack(goal, progress, why, now(), limits);
      progress = next.progress;
      if (next.move.do === 'giveUp') return giveUp(`${service} was not verified: ${next.move.why}`);
      if (next.say) onEvent(next.say);
      await sleep(progress.restsUntil! - now());
      if (!(await reach(goal))) return;
    }
  }

  function giveUp(what: string): void {
    unfinished.push(what);
    onEvent(`${what}. The story goes on without it.`);
  }

  /** Null, or why the control plane refuses: that can change. */
  async function ask(
    { service, stage, share = FULL_SHARE }: Goal,
    status: ServiceStatus,
  ): Promise<string | null> {
    // It may have gone back by itself since it was migrated.
    if (stage === 'retired' && status.stage !== 'migrated' && !(await reach({ service, stage: 'migrated' })))
      return 'it is not migrated';
    return await refusalOf(() => {
      if (stage === 'monolith') return control.rollback(service, 'the story goes back');
      if (stage === 'retired') return control.retire(service);
      return control.advance(service, { stage, share }, {});
    });
  }

  async function verifyOnce(service: string): Promise<string | null> {
    let id = 0;
    const refused = await refusalOf(async () => {
      id = (await control.startVerification(service, false)).id;
    });
    if (refused) return refused;
    for (;;) {
      const run = await patiently(() => control.verification(id));
      if (run.state === 'failed') return run.error ?? 'it failed';
      if (run.state === 'done') {
        const tables = run.tables.map((table) => `${table.table} ${table.verdict}, ${table.rows} rows`);
        onEvent(`verified ${service}: ${tables.join('; ')}`);
        return null;
      }
      // A service that goes back by itself may take its links along, and the verification never ends.
      if (wentBack(await look(service))) return 'it went back by itself';
      await sleep(LOOK_MS);
    }
  }

  async function statuses(): Promise<ServiceStatus[]> {
    const { services } = await patiently(() => control.status());
    onStatus(services);
    for (const way of waysBack(services)) {
      options.onWentBack?.(way);
      const others = services.find(({ service }) => service === way.service)?.together ?? [];
      if (moving !== undefined && ![way.service, ...others].includes(moving))
        onEvent(`${way.service}, which was at ${way.from}, went back by itself, no write lost: ${way.why}`);
    }
    return services;
  }

  async function look(service: string): Promise<ServiceStatus> {
    moving = service;
    const services = await statuses();
    const status = services.find((candidate) => candidate.service === service)!;
    const label = labelOf(status);
    if (told.get(service) !== label) {
      onStage(`${service}:${label}`);
      if (told.has(service)) onEvent(`${service}: ${label}`);
      told.set(service, label);
    }
    return status;
  }

  /** A control plane that does not answer may be between two lives, or slow: asked again until the patience ends. */
  async function patiently<T>(call: () => Promise<T>): Promise<T> {
    const deadline = now() + limits.quietMs;
    for (;;) {
      signal.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        if (!isAway(error) || now() > deadline) throw error;
        await sleep(LOOK_MS);
      }
    }
  }

  async function refusalOf(call: () => Promise<unknown>): Promise<string | null> {
    try {
      await patiently(call);
      return null;
    } catch (error) {
      if (error instanceof ControlError && !isAway(error)) return error.message;
      throw error;
    }
  }
}

const REAL_CLOCK: StoryClock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms))),
};

function isAway(error: unknown): boolean {
  return error instanceof ControlError && (error.status === 0 || error.status >= 500);
}

function nameOf({ stage, share = 0 }: { stage: Stage; share?: number }): string {
  return stage === 'canary' ? `canary ${share / 100}%` : stage;
}

function labelOf({ stage, share }: ServiceStatus): string {
  return nameOf({ stage, share });
}
