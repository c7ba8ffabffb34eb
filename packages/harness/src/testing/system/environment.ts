import { rmSync } from 'node:fs';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import {
  type Environment,
  type EnvironmentOptions,
  startEnvironment,
} from '../../environment/environment.ts';
import type { System } from '../../system.ts';
import { QUICK_PACE } from './stages.ts';

/** A whole system with Banyan in front, for a file of tests: small, quick to move, and gone with all that it wrote once it is stopped. */
export async function startTestEnvironment(
  system: System,
  name: string,
  options: Pick<EnvironmentOptions, 'users' | 'monolith'> & { services?: readonly string[] },
): Promise<Environment> {
  const directory = scratchFolder(`${name}-`);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const environment = await startEnvironment({
      system,
      directory,
      settings: { fsync: 'off' },
      pace: QUICK_PACE,
      gatewayWorkers: 1,
      ...options,
    });
    return {
      ...environment,
      stop: async () => {
        await environment.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
