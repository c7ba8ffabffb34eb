import type { Random } from '@banyan/random';
import * as names from './names.ts';

/**
 * One, two, three or more words, as people write them: a few with a double space or one at the end, which nobody ever
 * cleaned up.
 */
export function fullName(random: Random): string {
  const kind = random.next();
  if (kind < 0.03) return random.pick(names.SINGLE_NAMES);
  const given = random.pick(names.GIVEN_NAMES);
  const family = random.pick(names.FAMILY_NAMES);
  if (kind < 0.13) return `${given} ${random.pick(names.MIDDLE_NAMES)} ${family}`;
  if (kind < 0.17) return `${given} ${family}-${random.pick(names.FAMILY_NAMES)}`;
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
