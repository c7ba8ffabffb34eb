import type { Random } from './random.ts';
import * as words from './words.ts';

/**
 * One, two, three or more words, as people write them: a few with a double space or one at the end, which nobody ever
 * cleaned up.
 */
export function fullName(random: Random): string {
  const kind = random.next();
  if (kind < 0.03) return random.pick(words.SINGLE_NAMES);
  const given = random.pick(words.GIVEN_NAMES);
  const family = random.pick(words.FAMILY_NAMES);
  if (kind < 0.13) return `${given} ${random.pick(words.MIDDLE_NAMES)} ${family}`;
  if (kind < 0.17) return `${given} ${family}-${random.pick(words.FAMILY_NAMES)}`;
  if (kind < 0.18) return `${given}  ${family}`;
  if (kind < 0.185) return `${given} ${family} `;
  return `${given} ${family}`;
}

/** Unique by the id at its end. */
export function emailOf(name: string, id: number): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[łøðżı]/g, (c) => PLAIN[c] ?? c)
    .replace(/[^a-z0-9 ]/g, '')
    .trim()
    .replace(/ +/g, '.');
  return `${plain || 'user'}.${id}@${DOMAINS[id % DOMAINS.length]}`;
}

const PLAIN: Record<string, string> = { ł: 'l', ø: 'o', ð: 'd', ż: 'z', ı: 'i' };
const DOMAINS = ['example.com', 'example.org', 'mail.example.net', 'example.co.uk'];

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
