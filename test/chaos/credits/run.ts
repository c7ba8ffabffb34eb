import { unlessAborted } from '@banyan/harness/run';
import { seeded } from '../../random.ts';
import { backendVictim, type Kill, serviceVictim, startKiller, type Victim } from '../killer.ts';
import { checkAll, checkHolds } from './check.ts';
import { HOUR, type People, SLOT_MS, startPeople } from './people.ts';
import { startProviders } from './providers.ts';
import { endOfTime, isAtRest, isClosed, isOver, timeIsUp } from './time.ts';
import { startWorld, type World } from './world.ts';

export type CreditsOptions = {
  seed: number;
  directory: string;
  /** How long things are killed, ms. */
  chaosMs: number;
  onEvent?: (text: string) => void;
  signal?: AbortSignal;
};

export type CreditsResult = {
  kills: Kill[];
  requests: number;
  failures: number;
  figures: Record<string, number>;
  /** Empty: every invariant held. */
  problems: string[];
};

/** People at once, who each wait for their answer. */
const AT_ONCE = 6;
/** Between two kills, answered requests; a quick machine does more of them. */
const ANSWERS = 60;
/** A small part of the pause between the kills of a migration, whose stages take longer than requests. */
const PATIENCE = 0.2;
/** As long as it is the beginning of a session, and then its end: answered requests. */
const ANSWERS_AT_A_MOMENT = 20;
/** Where nothing is answered, since what was killed starts again, ms. */
const LONGEST_MS = 6_000;
const LEAST_KILLS = 6;
const LONGER = 4;
const HEAL_MS = 60_000;

/**
 * Sessions that are booked and paid while all that has a part in it is killed at random moments, and providers of payments fail. Requests may
 * fail then; in the end no charge is without its credits and no credits are without a charge, the books are right, and nothing is held for ever.
 */
export async function runCredits({
  seed,
  directory,
  chaosMs,
  onEvent = () => {},
  signal,
}: CreditsOptions): Promise<CreditsResult> {
  const random = seeded(seed);
  const world = await startWorld(directory);
  const kills: Kill[] = [];
  const problems: string[] = [];
  try {
    world.clock.set(Math.ceil(Date.now() / SLOT_MS) * SLOT_MS);
    const people = await startPeople(world, random);
    const providers = startProviders(world, random);
    onEvent('everybody is there');
    people.begin(AT_ONCE);
    const killer = startKiller(
      victimsOf(world, random),
      { random, patience: PATIENCE, afterWork: () => people.afterAnswers(ANSWERS, LONGEST_MS) },
      (kill) => {
        kills.push(kill);
        onEvent(`kill -9 ${kill.victim} (${kill.pid})`);
      },
    );
    try {
      await unlessAborted(signal, passTime(world, people, isEnough(chaosMs, kills)));
    } finally {
      await killer.stop();
      await people.stop();
    }
    onEvent('no more requests');
    await killAll(world, () => timeIsUp(world));
    await unlessAborted(signal, providers.settle(HEAL_MS));
    await comesTo(isAtRest, 'rest');
    problems.push(...(await checkHolds(world)));
    onEvent('at rest');
    world.clock.set(world.clock.now() + 60 * 24 * HOUR);
    await killAll(world, () => endOfTime(world));
    await providers.tellAll(HEAL_MS);
    await comesTo(isClosed, 'the end of its sessions');
    // What the clock has closed is paid a day later.
    await killAll(world, () => timeIsUp(world));
    await comesTo(isOver, 'an end');
    onEvent('over');
    const { figures, found } = await checkAll(world, people.records);
    problems.push(...found);
    if (kills.length === 0) problems.push('nothing was killed: nothing is proven');
    const { requests, failures } = people.figures;
    return { kills, requests, failures, figures, problems };
  } finally {
    await world.stop();
  }

  async function comesTo(left: (world: World) => Promise<string[]>, what: string): Promise<void> {
    const limit = performance.now() + HEAL_MS;
    for (;;) {
      const open = await unlessAborted(signal, left(world));
      if (open.length === 0) return;
      if (performance.now() > limit) {
        problems.push(...open.map((one) => `does not come to ${what}: ${one}`));
        return;
      }
      await pauseFor(100);
    }
  }
}

function victimsOf({ services, databases }: World, random: () => number): ReadonlyMap<string, Victim> {
  return new Map<string, Victim>([
    ...[...services].map(([name, service]) => [name, serviceVictim(service, random)] as const),
    ['backend', backendVictim(databases, random)],
  ]);
}

/** Longer on a busy machine, on which little was killed by then. */
function isEnough(chaosMs: number, kills: readonly Kill[]): () => boolean {
  const startedAt = performance.now();
  return () => {
    const ms = performance.now() - startedAt;
    return ms >= chaosMs && (kills.length >= LEAST_KILLS || ms >= chaosMs * LONGER);
  };
}

/** Goes from the beginning of sessions to their end, and on to the next. */
async function passTime({ clock }: World, people: People, isEnough: () => boolean): Promise<void> {
  const beginsAt = clock.now();
  for (let step = 0; !isEnough(); step++) {
    // A minute after it has begun; when the other one has been waited for; when it is over.
    const after = [1 / 60, 0.5, 1.02][step % 3]! * HOUR;
    clock.set(beginsAt + Math.floor(step / 3) * SLOT_MS + after);
    await people.afterAnswers(ANSWERS_AT_A_MOMENT, LONGEST_MS);
  }
}

/** All at once, so that nothing is in anybody's hand while time passes. */
async function killAll({ services }: World, meanwhile: () => Promise<void>): Promise<void> {
  await Promise.all([...services.values()].map((service) => service.kill()));
  await meanwhile();
  // Who is asked is there before who asks: it would be left alone for some seconds.
  for (const service of [...services.values()].reverse()) await service.start();
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
