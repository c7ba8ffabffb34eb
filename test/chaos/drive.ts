import { type ControlClient, FULL_SHARE, type ServiceStatus, type Target } from '@banyan/banyan/operate';

export type DriveOptions = {
  control: ControlClient;
  /** In the order in which they are sent; those that leave together are sent by the first of them. */
  services: readonly string[];
  /** Beside those that leave together with others. */
  goesBack: string;
  chaosMs: number;
  onEvent: (text: string) => void;
};

/** One service, or all that leave together. */
type Group = readonly string[];

const MIGRATED: Target = { stage: 'migrated', share: FULL_SHARE };
const MONOLITH: Target = { stage: 'monolith', share: 0 };
/** Enough of its users that there is something to bring back. */
const SOME = 1_000;
/** And requests since then. */
const REQUESTS = 150;

/**
 * Sends services on their way, again and again if nobody answers, and stops after `chaosMs` wherever they are: whichever of them is the first
 * one is sure to see kills. One goes back and comes again when it has some of its users; those that leave together when they have all, since then
 * what has one writer has changed it too.
 */
export function drive({ control, services, goesBack, chaosMs, onEvent }: DriveOptions) {
  const aims: Record<string, Target> = {};
  const deadline = performance.now() + chaosMs;
  return { aims, story: story() };

  async function story(): Promise<void> {
    const sent = new Set<string>();
    for (const service of services) {
      if (sent.has(service)) continue;
      const group = await groupOf(service);
      for (const one of group) sent.add(one);
      if (group.length > 1) await backOnce(group, isUsed);
      else if (service === goesBack) await backOnce(group, (one) => one.share >= SOME);
      await send(group, MIGRATED);
      await reach(group, (one) => one.stage === 'migrated');
    }
  }

  async function backOnce(group: Group, from: (status: ServiceStatus) => boolean): Promise<void> {
    await send(group, MIGRATED);
    await reach(group, from);
    for (const one of group) aims[one] = MONOLITH;
    await insist(() => control.rollback(group[0]!, 'chaos goes back once'));
    await reach(group, (one) => one.stage === 'monolith');
  }

  async function groupOf(service: string): Promise<Group> {
    let group: Group = [service];
    await insist(async () => {
      group = [service, ...(await statusOf(service)).together];
    });
    return group;
  }

  /** A wish for one of them is a wish for all. */
  async function send(group: Group, target: Target): Promise<void> {
    for (const one of group) aims[one] = target;
    await insist(() => control.advance(group[0]!, target));
  }

  /** A rollout that went back by itself, or paused, is sent on its way again, as an operator would. */
  async function reach(group: Group, there: (status: ServiceStatus) => boolean): Promise<void> {
    const [service] = group as [string];
    let last = '';
    while (performance.now() < deadline) {
      const status = await statusOf(service).catch(() => undefined);
      if (status) {
        const label = `${group.join(' and ')}: ${labelOf(status)}`;
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

  async function statusOf(service: string): Promise<ServiceStatus> {
    return (await control.status()).services.find((one) => one.service === service)!;
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

function isUsed({ stage, evidence }: ServiceStatus): boolean {
  return stage === 'migrated' && evidence.requests.service >= REQUESTS;
}

export function labelOf({ stage, share }: Pick<ServiceStatus, 'stage' | 'share'>): string {
  return stage === 'canary' ? `canary ${share / 100}%` : stage;
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
