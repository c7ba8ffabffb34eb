import type { LinkStatus } from '../control/control.ts';
import type { LinkRunner } from './runner.ts';

export type Direction = 'forward' | 'reverse';

/** A link as the others read it; one that does not run is off. */
export function describeLink(
  service: string,
  direction: Direction,
  runner: LinkRunner | undefined,
  { resting }: Pick<LinkStatus, 'resting'>,
): LinkStatus & { service: string } {
  const status = runner?.link.status();
  return {
    service,
    link: `${service}.${direction}`,
    state: runner?.state ?? 'off',
    lagBytes: Number(status?.lagBytes ?? 0),
    lagMs: status?.lagMs ?? 0,
    lagP99Ms: status?.lagP99Ms ?? 0,
    rowsCopied: runner?.copy.rows ?? 0,
    rowsTotal: runner?.copy.total ?? 0,
    rowsPerSecond: runner?.copy.rowsPerSecond ?? 0,
    secondsLeft: runner?.copy.secondsLeft ?? null,
    rowsApplied: status?.rowsApplied ?? 0,
    conflicts: status?.conflicts ?? 0,
    retainedBytes: Number(status?.retainedBytes ?? 0),
    resting,
    error: runner?.error ?? null,
  };
}
