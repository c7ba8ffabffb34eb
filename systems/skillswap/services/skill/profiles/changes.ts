import { isDeepStrictEqual } from 'node:util';
import type { Stated } from './store.ts';

/** The fields of a profile that are otherwise now; the order of skills says nothing. */
export function changedFields(before: Stated, after: Stated): string[] {
  return FIELDS.filter((field) => !isDeepStrictEqual(comparable(before[field]), comparable(after[field])));
}

/** Whether recommendations depend on it. */
export function isOfSkills(field: string): boolean {
  return field === 'offered' || field === 'wanted';
}

const FIELDS = [
  'headline',
  'hourlyRate',
  'budget',
  'city',
  'latitude',
  'longitude',
  'offered',
  'wanted',
] as const satisfies (keyof Stated)[];

function comparable(value: Stated[(typeof FIELDS)[number]]): unknown {
  return Array.isArray(value) ? new Map(value.map((skill) => [skill.skillId, skill])) : value;
}
