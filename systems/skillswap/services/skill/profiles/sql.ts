/** SQL over skill_profiles `p` and people `u`. */

/** Average stars to two digits; null: nobody has rated. */
export const RATING =
  'CASE WHEN rating_count > 0 THEN round(rating_sum::numeric / rating_count, 2)::float END';

/** Whether others see where somebody is. */
export const SHOWS_CITY = `coalesce((u.privacy_settings ->> 'showCity')::boolean, true)`;

/** Whether others find somebody. */
export const IS_FOUND = `u.status = 'ACTIVE' AND u.privacy_settings ->> 'profileVisibility' IS DISTINCT FROM 'PRIVATE'`;
