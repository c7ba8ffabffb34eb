import { type ControlClient, type ServiceStatus, type Target, wentBack } from '@banyan/banyan/operate';
import { labelOf } from './drive.ts';

/** With the kills over, everything must come to rest where it was sent, or back at the monolith. */
export async function settleDown(
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
  if (status.paused && status.stage !== status.target.stage) return linked && !wentBack(status);
  const there =
    status.stage === status.target.stage &&
    (status.stage !== 'canary' || status.share === status.target.share);
  return there && linked;
}

/**
 * Where services are when all have come to rest and all their rows were compared. One may still go back by itself meanwhile, by what its requests told:
 * then it has to come to rest again.
 */
export async function settleVerified(
  control: ControlClient,
  { aims, healMs }: { aims: Record<string, Target>; healMs: number },
  problems: string[],
): Promise<ServiceStatus[]> {
  for (;;) {
    const services = await settleDown(control, { aims, healMs }, problems);
    if (await verifyAll(control, { services, healMs }, problems)) return services;
  }
}

/** False: one of them has moved since. */
async function verifyAll(
  control: ControlClient,
  { services, healMs }: { services: ServiceStatus[]; healMs: number },
  problems: string[],
): Promise<boolean> {
  for (const status of services) {
    const { service, stage, links } = status;
    // One that takes over no table has no links, and nothing to compare.
    if (stage === 'monolith' || links.length === 0) continue;
    const deadline = performance.now() + healMs;
    const id = await startVerification(control, status, deadline);
    if (id === null) return false;
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
      if (await hasMoved(control, status)) return false;
      if (run.state === 'failed' || performance.now() > deadline) {
        problems.push(`verification of ${service} is ${run.state}: ${run.error}`);
        break;
      }
      await pauseFor(50);
    }
  }
  return true;
}

/** The status of an applier that was killed a moment ago is a moment old: its links may not stream yet. Null: the service has moved. */
async function startVerification(
  control: ControlClient,
  status: ServiceStatus,
  deadline: number,
): Promise<number | null> {
  for (;;) {
    try {
      return (await control.startVerification(status.service, false)).id;
    } catch (error) {
      if (await hasMoved(control, status)) return null;
      if (performance.now() > deadline) throw error;
      await pauseFor(100);
    }
  }
}

async function hasMoved(control: ControlClient, { service, stage }: ServiceStatus): Promise<boolean> {
  const { services } = await control.status();
  return services.some((one) => one.service === service && one.stage !== stage);
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
