/** When the room of a session is open: pure. */
import { EARLY_START_MINUTES, type SessionState } from '../../../kit/sessions/transitions.ts';

/** So long people may stay after the end, minutes. */
const STAY_MINUTES = 30;

const MINUTE = 60_000;

/** Until when its room is open, ms since 1970; null: it is not open now. */
export function openUntil(
  { state, startsAt, endsAt }: { state: SessionState; startsAt: number; endsAt: number },
  now: number,
): number | null {
  const until = endsAt + STAY_MINUTES * MINUTE;
  const isOn = state === 'SCHEDULED' || state === 'IN_PROGRESS';
  return isOn && startsAt - EARLY_START_MINUTES * MINUTE <= now && now < until ? until : null;
}
