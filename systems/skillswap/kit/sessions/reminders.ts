/** People are reminded of a session so many minutes before it begins. */
const REMINDED_MINUTES = [24 * 60, 60] as const;

/** When people are reminded of a session, ms since 1970: not of what is nearer already. */
export function remindersOf(startsAt: number, now: number): { minutes: number; at: number }[] {
  return REMINDED_MINUTES.map((minutes) => ({ minutes, at: startsAt - minutes * 60_000 })).filter(
    ({ at }) => at > now,
  );
}
