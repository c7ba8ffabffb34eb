import type { Random } from '@banyan/random';
import * as words from './words.ts';

export function phone(random: Random): string {
  return `+${random.int(1, 99)} ${random.int(100, 999)} ${random.int(1000, 9999)}-${random.int(10, 9999)}`;
}

export function headline(random: Random): string {
  const role = `${random.pick(words.SENIORITY)} ${random.pick(words.PROFESSIONS)}`.trim();
  return random.chance(0.4) ? `${role} | ${random.pick(words.SKILLS)} & ${random.pick(words.SKILLS)}` : role;
}

export function preferences(random: Random): Record<string, unknown> {
  if (random.chance(0.3)) return {};
  return {
    newsletter: random.chance(0.4),
    language: random.pick(['en', 'de', 'fr', 'es', 'pl']),
    desired_salary: random.int(30, 180) * 1000,
    job_types: random.some(['full_time', 'part_time', 'contract', 'internship'], 2),
    remote: random.pick(['only', 'preferred', 'no', null]),
    alerts: { frequency: random.pick(['daily', 'weekly', 'never']), score: random.int(0, 100) / 100 },
  };
}
