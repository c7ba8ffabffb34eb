import { changedFields, type FromRows } from '@banyan/events';
import { contracts } from '../../contracts/skill.ts';

export { contracts };

/** What of a profile others are told about when it changes, by the name of the field. */
const OF_PROFILE = {
  headline: ['headline'],
  hourlyRate: ['hourly_rate'],
  budget: ['budget'],
  city: ['city'],
  latitude: ['latitude'],
  longitude: ['longitude'],
} as const;

type ProfileRow = { user_id: string } & Record<(typeof OF_PROFILE)[keyof typeof OF_PROFILE][number], unknown>;
type CategoryRow = { id: string; name: string; parent_id: string | null };
type SkillRow = { id: string; category_id: string; name: string };
type ChosenRow = { user_id: string; level?: string };

const updated = (userId: string, changed: string[]) =>
  ({ type: 'SkillProfileUpdated', data: { userId, changed } }) as const;
const category = ({ id: categoryId, name, parent_id: parentId }: CategoryRow) =>
  ({ type: 'SkillCategoryAdded', data: { categoryId, name, parentId } }) as const;
const added = ({ id: skillId, category_id: categoryId, name }: SkillRow) =>
  ({ type: 'SkillAdded', data: { skillId, categoryId, name } }) as const;

/** What somebody teaches or wants is rows of its own, so that it is told of each of them; whoever hears it looks at all of them anyhow. */
const chosen = (field: 'offered' | 'wanted') => ({
  insert: ({ user_id }: ChosenRow) => updated(user_id, [field]),
  // What is verified is not changed by the monolith.
  update: (before: ChosenRow, after: ChosenRow) =>
    before.level === after.level ? undefined : updated(after.user_id, [field]),
  delete: ({ user_id }: ChosenRow) => updated(user_id, [field]),
});

/** What the monolith does with skills and profiles, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  skill_categories: {
    insert: category,
    update: (before: CategoryRow, after: CategoryRow) =>
      before.name === after.name && before.parent_id === after.parent_id ? undefined : category(after),
    exists: category,
  },
  skills: { insert: added, exists: added },
  skill_profiles: {
    update: (before: ProfileRow, after: ProfileRow) => {
      const changed = changedFields(OF_PROFILE, before, after);
      return changed.length > 0 ? updated(after.user_id, changed) : undefined;
    },
  },
  offered_skills: chosen('offered'),
  wanted_skills: chosen('wanted'),
};
