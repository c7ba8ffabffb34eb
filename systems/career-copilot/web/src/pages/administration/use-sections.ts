import { type FeatureState, useFeature } from '../../api/index.ts';

/** A part of the administration with an address of its own, and whether somebody answers for it now. */
export type Section = { name: SectionName; path: string; feature: FeatureState };
export type SectionName = 'users' | 'campaigns' | 'templates' | 'deliveries' | 'data';

/** All parts, in order. */
export function useSections(): readonly Section[] {
  const users = useFeature('GET /api/v1/users');
  const messages = useFeature('GET /api/v1/notifications/templates');
  const data = useFeature('GET /api/v1/analytics/products');
  return [
    { name: 'users', path: '/administration/users', feature: users },
    { name: 'campaigns', path: '/administration/campaigns', feature: messages },
    { name: 'templates', path: '/administration/templates', feature: messages },
    { name: 'deliveries', path: '/administration/deliveries', feature: messages },
    { name: 'data', path: '/administration/data', feature: data },
  ];
}
