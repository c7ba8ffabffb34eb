import type { Environment } from '@banyan/harness/run';
import * as harness from '@banyan/harness/testing/system';
import { system } from '../../system.ts';

type Options = Parameters<typeof harness.startTestEnvironment>[2];

/** The whole system with Banyan in front, for a file of tests: small, quick to move, and gone with all that it wrote once it is stopped. */
export async function startTestEnvironment(name: string, options: Options): Promise<Environment> {
  return await harness.startTestEnvironment(system, name, options);
}
