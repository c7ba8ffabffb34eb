import { errorCode } from '@banyan/postgres';
import type { TargetSession } from './target-session.ts';

/** Unique and exclusion constraints: another row has the value. */
const STANDS_IN_THE_WAY = /^(23505|23P01)$/;

/** Any constraint, and values that the type does not take. */
export const ANY_REFUSAL = /^2[23]/;

/** What the constraint said, or undefined if all went well. Any other error is final. */
export async function attempt(
  { client }: TargetSession,
  run: () => Promise<unknown>,
  refused = STANDS_IN_THE_WAY,
): Promise<string | undefined> {
  await client.query('SAVEPOINT banyan_change');
  try {
    await run();
    await client.query('RELEASE SAVEPOINT banyan_change');
    return undefined;
  } catch (error) {
    if (!refused.test(errorCode(error) ?? '')) throw error;
    await client.query('ROLLBACK TO SAVEPOINT banyan_change; RELEASE SAVEPOINT banyan_change');
    return (error as Error).message;
  }
}
