import type { CalendarSystem } from '@banyan/calendars';
import { isWriter } from '../writer.ts';

/** Who writes sessions into calendars and their files. */
export const PRODUCT = '-//Banyan//SkillSwap//EN';

/**
 * What is session's of calendars elsewhere. A session goes into those of both as soon as it is accepted; one that was moved stays there, to be accepted
 * anew, and one that is over as it was. Only the side that writes sessions does it: what the other one has done meanwhile is seen by its versions.
 */
export const ofSessions: CalendarSystem = {
  idType: 'uuid',
  spelling: 'camelCase',
  ours: { prefix: 'ssession', product: PRODUCT },
  events: `SELECT sessions.id AS key, version, state IN ('DECLINED', 'CANCELLED') AS is_gone,
      state <> 'REQUESTED' AND ends_at > now() AS is_added, coalesce(name, 'SkillSwap') AS title, coalesce(room_url, '') AS location,
      starts_at, ends_at, CASE state WHEN 'REQUESTED' THEN 'TENTATIVE' ELSE 'CONFIRMED' END AS status
    FROM sessions LEFT JOIN skills ON skills.id = skill_id
    WHERE booked AND $2 IN (seeker_id, provider_id) AND ends_at > now() - interval '30 days'`,
  reads: false,
  mayLook: isWriter,
};
