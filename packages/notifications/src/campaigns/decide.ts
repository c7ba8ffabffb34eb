/** How many more may be told now: no more in any minute than the throttle says, and nothing is saved up while nobody looked. */
export function allowance({ perMinute, sinceMs }: { perMinute: number; sinceMs: number }): number {
  return Math.min(Math.floor((perMinute * sinceMs) / 60_000), Math.ceil(perMinute / 6));
}
