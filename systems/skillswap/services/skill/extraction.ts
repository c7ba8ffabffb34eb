import { copy, extract, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

const ofUser = { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' } as const;
const SKILLS = `${API}/skills`;
const OFFER = `${SKILLS}/profiles/:userId/offered/:skillId/endorsements`;

/** skill takes over the catalogue, and what people teach and want to learn. Profiles begin with a registration, which is user's. */
export default extract({
  ...placeOf('skill'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'skill_categories',
      owner: { by: 'writer' },
      columns: [copy('id', 'name', 'parent_id')],
    }),
    table({
      legacy: 'skills',
      owner: { by: 'writer' },
      columns: [copy('id', 'category_id', 'name', 'description', 'created_at')],
    }),
    table({
      legacy: { table: 'skill_profiles', key: ['user_id'] },
      rows: 'foreign',
      owner: ofUser,
      columns: [
        copy('user_id', 'headline', 'hourly_rate', 'budget', 'city', 'latitude', 'longitude', 'updated_at', 'version'),
        // Counted where sessions are rated.
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
      columns: [copy('id', 'user_id'), copy('weekday', 'from_time', 'to_time', 'zone', { flow: 'forward' })],
    }),
  ],
  routes: [
    { route: `GET ${SKILLS}`, key: 'token.sub' },
    { route: `GET ${SKILLS}/categories`, key: 'token.sub' },
    // Of all users: two answers of different moments may differ.
    { route: `GET ${SKILLS}/trends`, key: 'token.sub', shadow: false },
    { route: `GET ${SKILLS}/:id`, key: 'token.sub' },
    { route: `POST ${SKILLS}`, key: 'none', writes: ['skills'] },
    { route: `GET ${SKILLS}/profiles/:userId`, key: 'params.userId' },
    {
      route: `PUT ${SKILLS}/profiles/:userId`,
      key: 'params.userId',
      writes: ['skill_profiles', 'offered_skills', 'wanted_skills'],
    },
    { route: `GET ${API}/matches`, key: 'token.sub', shadow: false },
  ],
});
