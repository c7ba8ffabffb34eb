import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyGatewaySchema } from '@banyan/gateway';
import type { Stage } from '@banyan/plan/stages';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import * as store from '../control/store/store.ts';
import { drainsIn } from '../rollout/state.ts';
import { type BankDatabases, bankPlan } from './bank-plan.ts';
import { world } from './facts-world.ts';

/** Monolith and service with facts, and the control database that says at which stage the service is. */
export async function bank(t: TestContext) {
  const at = await world(t, 'bank');
  const control = await (await testServer()).database('control');
  const state = createPool(control, { max: 3 });
  // Breaks with the monolith on purpose.
  at.legacy.on('error', () => {});
  await applyGatewaySchema(state);
  await store.applyControlSchema(state);
  await store.ensureServices(state, ['bank']);
  t.after(() => state.end());
  const databases: BankDatabases = { monolith: at.forward.source, service: at.forward.target, control };
  const service = bankPlan(databases).services.bank!;
  const stateOf = async () => (await store.readServices(state))[0]!;
  return {
    ...at,
    state,
    databases,
    stateOf,
    /** As the controller does. */
    async enter(stage: Stage) {
      await store.enterStage(state, 'bank', {
        stage,
        share: 0,
        version: 1,
        draining: drainsIn(stage, service),
      });
      await store.announce(state);
    },
    async until(holds: () => Promise<boolean>) {
      while (!(await holds())) await delay(10, undefined, { signal: t.signal });
    },
    async streaming() {
      const { rows } = await state.query(
        `SELECT FROM control.links WHERE link = 'bank.forward' AND status ->> 'state' = 'streaming'`,
      );
      return rows.length === 1;
    },
    /** Of account 1: facts begin with a change that the stream has brought past the end of the copy. */
    async firstFact(): Promise<{ balance: number }> {
      for (;;) {
        await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = 1');
        const { rows } = await at.service.query(
          `SELECT (message #>> '{data,balance}')::int AS balance FROM banyan_events.outbox ORDER BY seq LIMIT 1`,
        );
        if (rows[0]) return rows[0];
        await delay(10, undefined, { signal: t.signal });
      }
    },
    /** Changes accounts 1 to `rows` in the monolith, one after another, until it is told to stop or the test ends. */
    writing(rows: number, everyMs: number): { stop(): Promise<void> } {
      let writing = true;
      const writer = (async () => {
        for (let n = 0; writing; n += 1) {
          await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [
            1 + ((n * 7_919) % rows),
          ]);
          await delay(everyMs);
        }
      })();
      const stop = async () => {
        writing = false;
        await writer;
      };
      at.atEnd.push(stop);
      return { stop };
    },
    async drained() {
      return !(await stateOf()).draining;
    },
    /** Nothing of the link is left. */
    async dropped() {
      const { rows } = await at.legacy.query(
        `SELECT FROM pg_replication_slots WHERE slot_name LIKE 'banyan%' AND database = current_database()`,
      );
      return rows.length === 0;
    },
  };
}

/** `facts`: a module in the place of account-facts.ts. */
export function spawnApplier(databases: BankDatabases, facts?: string): Promise<ChildProcess> {
  return spawn(new URL('bank-applier.ts', import.meta.url), { databases, facts });
}

/** A process of its own; resolves once it says that it has started. */
export async function spawn(module: URL, asked: unknown): Promise<ChildProcess> {
  const child = fork(module, [JSON.stringify(asked)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new AbortController();
  await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code]) =>
      assert.fail(`${module.pathname} ended: ${code}`),
    ),
  ]);
  ended.abort();
  return child;
}

export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.kill('SIGKILL')) await exited;
}
