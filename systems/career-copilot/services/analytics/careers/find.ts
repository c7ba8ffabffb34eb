import type { Documents } from '../documents.ts';
import { type PastSteps, withPast } from './answers.ts';
import { type Career, NOBODY } from './career.ts';

/** What is known of a user's search, with the steps of before. */
export async function careersOf(
  documents: Documents,
  userId: number,
): Promise<{ career: Career; past: PastSteps }> {
  const career = (await documents.find<Career>('careers', [userId])).get(userId) ?? NOBODY;
  const withOlder = withPast(career);
  const past: PastSteps = withOlder.length === 0 ? new Map() : await documents.find('past_steps', withOlder);
  return { career, past };
}
