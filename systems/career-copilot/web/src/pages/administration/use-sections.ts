import { type FeatureState, useFeature } from '../../api/index.ts';

/** A part of the administration with an address of its own, and whether somebody answers for it now. */
export type Section = { name: SectionName; path: string; feature: FeatureState };
export type SectionName = 'users';

/** All parts, in order. */
export function useSections(): readonly Section[] {
  const users = useFeature('GET /api/v1/users');
  return [{ name: 'users', path: '/administration/users', feature: users }];
}
