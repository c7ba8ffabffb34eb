import assert from 'node:assert/strict';
import { type ControlClient, FULL_SHARE, type Stage } from '@banyan/banyan/operate';
import { describeStage } from '@banyan/plan/stages';
import { until } from '@banyan/postgres/until';
import type pg from 'pg';

/**
 * For tests that look at what users see and not at how fast a service moves: two steps, on no evidence. Nor does a service go back by itself, because a few
 * answers were slow or the other side had to give them while its process stood still for some seconds: a machine that does much besides has that, and what
 * only the service has would be missing from then on. What fails for users fails the test. Rows are compared anew at a third of their age: where that takes
 * longer than the rest of it, since the machine does much besides, no step is made; and each comparison takes from what the test looks at.
 */
export const QUICK_PACE = {
  OBSERVE_SECONDS: '0',
  MIN_REQUESTS: '0',
  MIN_COMPARED: '0',
  MAX_FAILURE_RATIO: '1',
  MAX_LATENCY_RATIO: '1000',
  STEPS: '50%,100%',
  VERIFICATION_AGE_SECONDS: '60',
};

/** Resolves when the service is there; `monolith` is asked for as a rollback, whoever hears it. */
export async function goTo(control: ControlClient, service: string, stage: Stage, share = 0): Promise<void> {
  if (stage === 'monolith') await control.rollback(service, 'the test goes back', { force: true });
  else await control.advance(service, { stage, share: stage === 'migrated' ? FULL_SHARE : share });
  let stands = '';
  try {
    await until(
      async () => {
        const at = (await control.status()).services.find((one) => one.service === service)!;
        assert.ok(at.paused === null, `${at.paused}`);
        stands = `${describeStage(at.stage, at.share)}: ${at.message}`;
        return at.stage === stage && (stage === 'monolith' || stage === 'migrated' || at.share === share);
      },
      { everyMs: MOVES_MS, limitMs: MOVE_LIMIT_MS },
    );
  } catch (cause) {
    const found = await differing(control).catch((error) => [`what differs is not known: ${error}`]);
    const where = `${service} does not come to ${stage}, it stands at ${stands}`;
    throw new Error([where, ...found].join('\n  '), { cause });
  }
}

/** Answers that were not the same on both sides, of whatever service: it may have stopped others that go with it. */
async function differing(control: ControlClient): Promise<string[]> {
  const { services } = await control.status();
  const found = await Promise.all(services.map(({ service }) => control.mismatches(service, MOST_TOLD)));
  return found
    .flat()
    .map(({ at, route, differences }) =>
      `${at} ${route}: ${JSON.stringify(differences)}`.slice(0, LONGEST_TOLD),
    );
}

const MOST_TOLD = 5;
const LONGEST_TOLD = 2_000;

/** A move takes seconds: asked at every turn, the control plane would do little else. */
const MOVES_MS = 100;
/** Copying, comparing and some fences, on a machine that does much besides. */
const MOVE_LIMIT_MS = 300_000;

/** Compares all rows of the service with the monolith's. */
export async function verified(control: ControlClient, service: string): Promise<void> {
  const { id } = await control.startVerification(service, false);
  const run = await until(
    async () => {
      const now = await control.verification(id);
      assert.notEqual(now.state, 'failed', `${now.error}`);
      return now.state === 'done' && now;
    },
    { everyMs: MOVES_MS },
  );
  for (const { table, verdict } of run.tables) assert.equal(verdict, 'CONSISTENT', table);
}

export async function noConflicts(...databases: pg.Pool[]): Promise<void> {
  for (const db of databases) {
    const { rows } = await db.query('SELECT kind, table_name, key::text FROM banyan.conflicts');
    assert.deepEqual(rows, []);
  }
}
