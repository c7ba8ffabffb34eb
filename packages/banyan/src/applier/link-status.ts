import type { LinkStatus } from '../control/control.ts';
import type { LinkRunner } from './runner.ts';

export type Direction = 'forward' | 'reverse';

/** `error`: why the last try to remove a link failed; null: it goes on. */
export type Removal = { error: string | null };

/**
 * A link as the others read it; one that does not run is off. While it is in trouble nothing is known of its lag but that
 * it is at least as old as the trouble. `now`: ms since 1970.
 */
export function describeLink(
  service: string,
  direction: Direction,
  runner: LinkRunner | undefined,
  { resting, removal, now }: Pick<LinkStatus, 'resting'> & { removal: Removal | null; now: number },
): LinkStatus & { service: string } {
  runner?.trouble.look(now);
  const status = runner?.link.status();
  const trouble = runner?.trouble.current ?? null;
  const error = removal?.error ?? trouble?.error ?? (status?.missesChanges ? unmended(service) : null);
  return {
    service,
    link: `${service}.${direction}`,
    state: stateOf(runner, error, removal),
    lagBytes: Number(status?.lagBytes ?? 0),
    lagMs: Math.max(status?.lagMs ?? 0, trouble ? now - trouble.since : 0),
    lagP99Ms: status?.lagP99Ms ?? 0,
    rowsCopied: runner?.copy.rows ?? 0,
    rowsTotal: runner?.copy.total ?? 0,
    rowsPerSecond: runner?.copy.rowsPerSecond ?? 0,
    secondsLeft: runner?.copy.secondsLeft ?? null,
    rowsApplied: status?.rowsApplied ?? 0,
    conflicts: status?.conflicts ?? 0,
    refusedMessages: status?.refusedMessages ?? 0,
    retainedBytes: Number(status?.retainedBytes ?? 0),
    resting: resting ?? runner?.waiting ?? repairsWait(status?.repairsFailure),
    error,
  };
}

function stateOf(
  runner: LinkRunner | undefined,
  error: string | null,
  removal: Removal | null,
): LinkStatus['state'] {
  if (!runner) return removal ? 'removing' : 'off';
  return runner.state === 'streaming' && error !== null ? 'reconnecting' : runner.state;
}

function unmended(service: string): string {
  return `changes were missed, and no step passes until rows were verified and repaired: banyan verify ${service} --repair`;
}

function repairsWait(failure: string | undefined): string | null {
  return failure === undefined ? null : `repairs of rows wait: ${failure}`;
}
