import cluster from 'node:cluster';
import type { ResolvedPlan } from '@banyan/plan';
import pino, { type Logger } from 'pino';

/** What a child process of the supervisor is told by its environment. */
export type ChildContext = { plan: ResolvedPlan; log: Logger; token: string; applierUrl: string };

/** What a child tells the supervisor: that it is ready, or why it never will be. */
export type ChildMessage = 'ready' | { failed: { message: string; code?: string } } | PlanMessage;

/** The plan, from who has read it to who is to run by it. */
export type PlanMessage = { plan: ResolvedPlan };

/** Common start of controller, applier and gateway processes. Throws when started by hand without the environment. */
export async function childContext(name: string): Promise<ChildContext> {
  const log = pino({
    name,
    level: process.env.BANYAN_LOG_LEVEL ?? 'info',
    redact: ['*.token', '*.password', '*.authorization'],
  });
  process.on('uncaughtExceptionMonitor', (error) => {
    log.fatal({ err: error }, `${name} ends`);
    const { message, code } = error as NodeJS.ErrnoException;
    tellSupervisor({ failed: { message: message || String(code ?? error), code } });
  });
  // A worker of the gateway ends with its primary; that is the cluster's own doing.
  if (cluster.isPrimary) process.on('disconnect', endAtOnce);
  return {
    plan: await planOf(process.env.BANYAN_CONFIG),
    log,
    token: demand('BANYAN_TOKEN'),
    applierUrl: demand('BANYAN_APPLIER_URL'),
  };
}

/**
 * All lives of all processes run by one plan, whatever is done to its file meanwhile: it is read once, by `banyan up` or by the
 * first process, and handed on.
 */
async function planOf(config: string | undefined): Promise<ResolvedPlan> {
  if (cluster.isPrimary && config) {
    // What checks a plan is large, and all other processes are handed one that was checked.
    const { loadPlan } = await import('../load-plan.ts');
    const { plan } = await loadPlan(config);
    tellSupervisor({ plan });
    return plan;
  }
  if (!process.channel) throw new Error(`this process is started by 'banyan up', which hands it the plan`);
  return await new Promise((resolve) => {
    const look = (message: Partial<PlanMessage> | undefined) => {
      if (!message?.plan) return;
      process.off('message', look);
      resolve(message.plan);
    };
    process.on('message', look);
  });
}

/** To the supervisor; nothing when this process was started by something else. */
export function tellSupervisor(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/**
 * Runs `stop` once on SIGTERM, SIGINT or when the supervisor has gone (its channel closes), then exits. A child that
 * outlives its supervisor would fight the next one; one that has not started yet ends at once.
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const once = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  process.on('disconnect', once);
  process.off('disconnect', endAtOnce);
}

function endAtOnce(): void {
  process.exit(1);
}

function demand(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this process is started by 'banyan up'`);
  return value;
}
