import type { ServiceStatus, Stage, Target } from '@banyan/banyan/operate';
import { FULL_SHARE } from '@banyan/banyan/operate';
import type { TrafficProcess } from '../traffic/process.ts';
import type { World } from '../world/world.ts';

export type StoryOptions = {
  world: World;
  traffic: TrafficProcess;
  /** Told at every change of stage, and with every look at the status. */
  onEvent: (text: string) => void;
  onStatus: (services: ServiceStatus[]) => void;
  /** Called when users is back at the monolith and the traffic goes on. */
  proveGoingBack: () => Promise<void>;
  signal: AbortSignal;
};

/** How often the status is asked for, ms: stages are told apart this exactly. */
const LOOK_MS = 400;
/** A stage that does not come within this time ends the tour with an error that says why, ms. */
const PATIENCE_MS = 90_000;

/** What happens in the tour, in order. The traffic goes on all the time. */
export async function tellStory(options: StoryOptions): Promise<void> {
  const { world, onEvent, proveGoingBack } = options;
  const { control } = world;
  const tell = storyteller(options);

  onEvent('Everything is on the monolith.');
  await tell.linger('auth', 6_000);

  onEvent('auth leaves: copy, compare, then 1, 10, 50, 100 % of its users.');
  await control.advance('auth', migrated);
  await tell.until('auth', 'migrated');
  await tell.linger('auth', 4_000);

  onEvent('users follows, to half of its users …');
  await control.advance('users', { stage: 'canary', share: 5_000 });
  await tell.until('users', 'canary', 5_000);
  await tell.linger('users', 4_000);

  onEvent('… and goes back: every write it took is on the monolith before the switch.');
  await control.rollback('users', 'the tour goes back once');
  await tell.until('users', 'monolith');
  await proveGoingBack();
  await tell.linger('users', 3_000);

  onEvent('users moves forward again, all the way.');
  await control.advance('users', migrated);
  await tell.until('users', 'migrated');
  await tell.linger('users', 4_000);
  await verifyAll(world, onEvent);

  onEvent('users is retired: the one stage with no way back. auth stays migrated, ready to go back.');
  await control.retire('users');
  await tell.until('users', 'retired');
  await tell.linger('users', 4_000);
}

const migrated: Target = { stage: 'migrated', share: FULL_SHARE };

async function verifyAll({ control }: World, onEvent: (text: string) => void): Promise<void> {
  for (const service of ['auth', 'users']) {
    const { id } = await control.startVerification(service, false);
    for (;;) {
      const run = await control.verification(id);
      if (run.state === 'failed') throw new Error(`verification of ${service} failed: ${run.error}`);
      if (run.state === 'done') {
        const tables = run.tables.map((table) => `${table.table} ${table.verdict}, ${table.rows} rows`);
        onEvent(`verified ${service}: ${tables.join('; ')}`);
        break;
      }
      await pauseFor(LOOK_MS);
    }
  }
}

function storyteller({ world, traffic, onEvent, onStatus, signal }: StoryOptions) {
  const told = new Map<string, string>();

  return {
    /** Watches until the service has reached the stage (and share), naming the traffic's stages on the way. */
    async until(service: string, stage: Stage, share?: number): Promise<void> {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const status = await look(service);
        if (status.stage === stage && (share === undefined || status.share === share)) return;
        if (status.paused) throw new Error(`${service} went back by itself, or waits: ${status.paused}`);
        if (performance.now() > deadline) {
          throw new Error(
            `${service} did not reach ${stage} in time; it is at ${labelOf(status)}: ${status.message}`,
          );
        }
        await pauseFor(LOOK_MS);
      }
    },
    async linger(service: string, ms: number): Promise<void> {
      const end = performance.now() + ms;
      while (performance.now() < end) {
        await look(service);
        await pauseFor(LOOK_MS);
      }
    },
  };

  async function look(service: string): Promise<ServiceStatus> {
    signal.throwIfAborted();
    const { services } = await world.control.status();
    onStatus(services);
    const status = services.find((candidate) => candidate.service === service)!;
    const label = labelOf(status);
    if (told.get(service) !== label) {
      traffic.stage(`${service}:${label}`);
      if (told.has(service)) onEvent(`${service}: ${label}`);
      told.set(service, label);
    }
    return status;
  }
}

function labelOf({ stage, share }: ServiceStatus): string {
  return stage === 'canary' ? `canary ${share / 100}%` : stage;
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
