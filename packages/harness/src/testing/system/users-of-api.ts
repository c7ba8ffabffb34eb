import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPool } from '@banyan/postgres';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { audit } from '../../audit/audit.ts';
import { sidesOf } from '../../audit/sides.ts';
import type { Environment } from '../../environment/environment.ts';
import { loadsOf } from '../../load/load.ts';
import { spawnLoad } from '../../load/process.ts';
import type { System } from '../../system.ts';

/** A machine that is busy with something else answers late, and that is no failure. */
const PATIENCE_MS = 120_000;

export type UsersOfApi = {
  /** No more of them come. Rejects unless each was answered, has read what they had written, and all that was promised to them is there. */
  leave(): Promise<void>;
  /** Without a look at what they were told: for the end of a test that has failed. */
  stop(): Promise<void>;
};

/** The system's load, so many requests a second, beside whatever else a test does. */
export async function usersOfApi(
  system: System,
  environment: Environment,
  { users, ratePerSecond }: { users: number; ratePerSecond: number },
): Promise<UsersOfApi> {
  const { control, databases, gatewayUrl, secret, rows } = environment;
  const directory = scratchFolder('users-of-api-');
  const journal = join(directory, 'journal.jsonl');
  const load = await spawnLoad({
    system,
    gatewayUrl,
    journalFile: journal,
    users,
    secret,
    rows,
    ratePerSecond,
    timeoutMs: PATIENCE_MS,
  });
  const promises = async () => {
    const loads = await loadsOf(system);
    const pools = new Map([...databases].map(([name, url]) => [name, createPool(url, { max: 2 })]));
    try {
      for (const sides of sidesOf((await control.status()).services, [...loads.keys()], pools)) {
        const { acknowledged, lost, doubled, resurrected, problems } = await audit({ journal, loads, sides });
        assert.ok(acknowledged > 0, 'nothing was promised: nothing is shown');
        assert.deepEqual(
          { lost, doubled, resurrected },
          { lost: 0, doubled: 0, resurrected: 0 },
          problems.join('\n'),
        );
      }
    } finally {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    }
  };
  return {
    async leave() {
      const { failures, violations, stages } = await load.stop();
      assert.equal(failures, 0, JSON.stringify(stages.flatMap(({ samples }) => samples).slice(0, 5)));
      assert.equal(violations.count, 0, JSON.stringify(violations.samples));
      await promises();
    },
    async stop() {
      await load.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
