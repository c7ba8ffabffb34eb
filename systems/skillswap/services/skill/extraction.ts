import { copy, extract, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { IMPORT_BYTES } from '../../api/esco.ts';
import { placeOf } from '../../kit/plan.ts';

const ofUser = { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' } as const;
const oneWriter = { by: 'writer' } as const;
const SKILLS = `${API}/skills`;
const PROFILE = `${SKILLS}/profiles/:userId`;
const ENDORSEMENTS = `${PROFILE}/offered/:skillId/endorsements`;

/** What the monolith has not got: for whoever is on this side. */
const own = { key: 'token.sub', onMonolith: false } as const;

/**
 * skill takes over the catalogue, what people teach and want to learn, and who may learn from whom. Profiles begin with a registration, which is
 * user's; who has time, how somebody was rated and what was taught is read here, and sessions' to write.
 */
export default extract({
  ...placeOf('skill'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'skill_categories',
      owner: oneWriter,
      columns: [copy('id', 'name', 'parent_id')],
    }),
    table({
      legacy: 'skills',
      owner: oneWriter,
      columns: [copy('id', 'category_id', 'name', 'description', 'created_at')],
    }),
    table({
      legacy: { table: 'skill_profiles', key: ['user_id'] },
      rows: 'foreign',
      owner: ofUser,
      columns: [
        copy('user_id', 'headline', 'hourly_rate', 'budget', 'city', 'latitude', 'longitude'),
        copy('updated_at', 'version'),
        copy('rating_sum', 'rating_count', { flow: 'forward' }),
      ],
    }),
    table({
      legacy: 'offered_skills',
      owner: ofUser,
      columns: [copy('id', 'user_id', 'skill_id', 'level', 'verified', 'created_at')],
    }),
    table({
      legacy: 'wanted_skills',
      owner: ofUser,
      columns: [copy('id', 'user_id', 'skill_id', 'created_at')],
    }),
    // Read here, written by others.
    table({
      legacy: 'users_legacy',
      service: 'people',
      rows: 'foreign',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id'), copy('full_name', 'status', 'privacy_settings', { flow: 'forward' })],
    }),
    table({
      legacy: 'availability',
      rows: 'foreign',
      owner: ofUser,
      columns: [copy('id'), copy('user_id', 'weekday', 'from_time', 'to_time', 'zone', { flow: 'forward' })],
    }),
    table({
      legacy: 'sessions',
      rows: 'foreign',
      owner: oneWriter,
      columns: [copy('id'), copy('seeker_id', 'provider_id', 'skill_id', 'state', { flow: 'forward' })],
    }),
  ],
  routes: [
    { route: `GET ${SKILLS}`, key: 'token.sub' },
    { route: `GET ${SKILLS}/categories`, key: 'token.sub' },
    // Of all users: two answers of different moments may differ.
    { route: `GET ${SKILLS}/trends`, key: 'token.sub', shadow: false },
    { route: `GET ${SKILLS}/:id`, key: 'token.sub' },
    { route: `POST ${SKILLS}`, key: 'none', writes: ['skills'] },
    { route: `GET ${PROFILE}`, key: 'params.userId' },
    // Others are shown it in their matches, and the monolith books by it: it is there with the answer.
    {
      route: `PUT ${PROFILE}`,
      key: 'params.userId',
      writes: ['skill_profiles', 'offered_skills', 'wanted_skills'],
      settle: true,
    },
    { route: `GET ${API}/matches`, key: 'token.sub', shadow: false },
    { route: `GET ${API}/matches/:userId`, ...own },
    { route: `GET ${SKILLS}/suggestions`, ...own },
    { route: `GET ${SKILLS}/trends/growth`, ...own },
    { route: `GET ${SKILLS}/:id/map`, ...own },
    { route: `GET ${SKILLS}/:id/related`, ...own },
    // The catalogue has one writer, which is this service when it has all users.
    {
      route: `POST ${SKILLS}/import`,
      key: 'none',
      onMonolith: false,
      writes: ['skill_categories', 'skills'],
      bodyBytes: IMPORT_BYTES,
    },
    {
      route: `POST ${SKILLS}/taxonomy`,
      key: 'none',
      onMonolith: false,
      writes: ['skill_categories', 'skills'],
    },
    { route: `GET ${SKILLS}/:id/assessments`, ...own },
    { route: `PUT ${SKILLS}/:id/assessments`, ...own, writes: [] },
    { route: `POST ${SKILLS}/assessments/:id/attempts`, ...own, writes: [] },
    { route: `POST ${SKILLS}/attempts/:id/answers`, ...own, writes: ['offered_skills'] },
    // What is verified is the row of whoever offers it.
    { route: `GET ${ENDORSEMENTS}`, key: 'params.userId', onMonolith: false },
    { route: `POST ${ENDORSEMENTS}`, key: 'params.userId', onMonolith: false, writes: ['offered_skills'] },
  ],
});
