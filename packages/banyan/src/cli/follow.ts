import { setTimeout as pause } from 'node:timers/promises';
import { describeStage, type Stage, type Target } from '@banyan/plan/stages';
import { type Control, ControlError, type ServiceStatus } from '../control/control.ts';
import { plural } from './output.ts';
import type { Progress } from './progress.ts';

export type Outcome =
  | 'reached'
  /** Waits for a person. */
  | 'paused'
  /** Goes elsewhere by now: the evidence was bad, or somebody else decided. */
  | 'turned';

/** How often the control plane is asked, ms. */
const POLL_MS = 250;
/** How long it may be away before following ends: it is started again when it dies. */
const AWAY_MS = 30_000;
/** How long the removal of a link may fail without a break before nobody waits for it any more. */
const FAILING_MS = 30_000;

/** Follows a service on its way to `aim`, showing what happens, until it is there or no longer goes there. */
export async function followService(
  control: Control,
  service: string,
  aim: Target,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; status: ServiceStatus }> {
  let before: ServiceStatus | null = null;
  let failingSince: number | null = null;
  try {
    for (;;) {
      const status = await statusOf(control, service, progress, signal);
      showChange(before, status, progress);
      failingSince = failsToRemove(status) ? (failingSince ?? performance.now()) : null;
      const failingMs = failingSince === null ? 0 : performance.now() - failingSince;
      const outcome = judge(status, aim, failingMs);
      if (outcome) return { outcome, status };
      showWork(status, progress);
      before = status;
      await pause(POLL_MS, undefined, { signal });
    }
  } finally {
    progress.end();
  }
}

/** Calls again while the control plane is away, for a while. */
export async function whileAway<T>(
  call: () => Promise<T>,
  progress: Progress,
  signal: AbortSignal,
): Promise<T> {
  const lastAnswer = performance.now();
  for (;;) {
    try {
      signal.throwIfAborted();
      return await call();
    } catch (error) {
      const away = error instanceof ControlError && (error.status === 0 || error.status >= 500);
      if (!away || performance.now() - lastAnswer > AWAY_MS) throw error;
      progress.wait('control plane', `${error.message}; trying again`);
      await pause(POLL_MS * 2, undefined, { signal });
    }
  }
}

/**
 * Where a service is on its way to `aim`; null: on its way. Who goes back or retires takes the service out of the plan or ends
 * Banyan next, and nothing would remove what is left then: it is not there before its links are gone. That they cannot be removed keeps
 * nobody who went back in an emergency, whose database may be what broke: users are served by the monolith since long.
 * `failingMs`: for how long removing one has failed.
 */
export function judge(status: ServiceStatus, aim: Target, failingMs: number): Outcome | null {
  const goesThere = isAt(status.target, aim);
  if (isAt(status, aim)) {
    if (!status.draining || !ENDS.includes(aim.stage)) return 'reached';
    if (!goesThere) return 'turned';
    return aim.stage === 'monolith' && failingMs >= FAILING_MS ? 'reached' : null;
  }
  if (!goesThere) return 'turned';
  return status.paused === null ? null : 'paused';
}

/** Where a service has no more links, or fewer. */
const ENDS: readonly Stage[] = ['monolith', 'retired'];

function isAt(where: Target, aim: Target): boolean {
  return where.stage === aim.stage && where.share === aim.share;
}

function failsToRemove({ links }: ServiceStatus): boolean {
  return links.some(({ state, error }) => state === 'removing' && error !== null);
}

async function statusOf(
  control: Control,
  service: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<ServiceStatus> {
  const { services } = await whileAway(() => control.status(), progress, signal);
  const status = services.find((one) => one.service === service);
  if (status) return status;
  throw new ControlError(
    'no_such_service',
    404,
    `the control plane no longer knows '${service}'`,
    'see banyan status',
  );
}

function showChange(before: ServiceStatus | null, status: ServiceStatus, progress: Progress): void {
  if (!before) return;
  const [from, to] = [before, status].map(({ stage, share }) => describeStage(stage, share));
  if (from === to) return;
  const copied = status.links.find(({ link }) => link.endsWith('.forward'))?.rowsCopied ?? 0;
  const rows = before.stage === 'copying' && copied > 0 ? ` (${plural(copied, 'row')} copied)` : '';
  progress.log(`${status.service}: ${from} → ${to}${rows}`);
}

function showWork(status: ServiceStatus, progress: Progress): void {
  const copying = status.links.find(({ state }) => state === 'copying');
  const label = `${status.service} ${describeStage(status.stage, status.share)}`;
  const removing = status.links.filter(({ state }) => state === 'removing');
  if (removing.length > 0) {
    const told = removing.map(({ link, error }) => (error === null ? link : `${link} (${error})`));
    progress.wait(label, `removing ${told.join(', ')}`);
    return;
  }
  if (status.stage !== 'copying' || !copying) {
    progress.wait(label, status.message);
    return;
  }
  progress.step({
    label,
    done: copying.rowsCopied,
    total: copying.rowsTotal,
    unit: 'rows',
    rate: copying.rowsPerSecond,
    secondsLeft: copying.secondsLeft,
    note: copying.resting,
  });
}
