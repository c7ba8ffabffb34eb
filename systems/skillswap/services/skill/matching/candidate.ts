import type { Provider } from '../../../kit/matching/score.ts';
import {
  type LocalWeek,
  offsetMinutes,
  shifted,
  type WeekInUtc,
} from '../../../kit/matching/weekly-overlap.ts';

/** Somebody who may be found, with their hours as they say them: where those lie in UTC, the moment tells at which they are asked for. */
export type Candidate = Omit<Provider, 'week'> & {
  fullName: string;
  headline: string | null;
  zone: string;
  hours: LocalWeek;
};

/** Somebody's hours as they lie in a week in UTC at `now`, ms since 1970. */
export function weekOf({ zone, hours }: Candidate, now: number): WeekInUtc {
  return shifted(hours, offsetMinutes(zone, now));
}
